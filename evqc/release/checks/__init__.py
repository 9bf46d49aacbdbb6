"""What can be wrong or doubtful in a specification that its form allows, one module for each kind of question."""
