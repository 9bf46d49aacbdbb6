"""Export file to measurements: one module (or package) an instrument.

To add one, copy ``zetaview`` or ``nanosight``; edit nothing else. Every module here without a leading underscore is
found by name. It offers

``NAME``, ``TITLE``
    its own name and what a person calls the instrument,
``FAMILY``
    what it is used for: ``sizing``, ``markers``, ``protein and RNA``, ``plates``, ``cells and safety`` or ``any``,
``STATUS``
    ``"verified"`` when it rests on real files, ``"experimental"`` when on third-party code only,
``READS``
    the kinds of export it reads, one line each,
``recognises(file) -> bool``
    whether the content (usually ``file.head``, the first 8 KiB) is its format; never by name. It is asked for files of
    many others: ask ``file.mentions`` for the words of a heading before taking rows apart,
``MENTIONS`` (optional)
    a word, or a tuple of words of which one is enough, in lower case and single blanks: without any of them in the head
    ``recognises`` says no to every text, and the module is neither asked nor even loaded. It is a plain literal, as it
    is looked up in the source. White space, digits, ``.,;+-`` and the letter e do not count: choose words with others.
    The empty tuple says that the reader is never asked, for a workbook neither; all others are asked for each workbook,
    and those without ``MENTIONS`` for every file,
``read(file) -> Reading``
    the whole reading; raises ``InputError`` for what it cannot read,
``join(readings) -> readings`` (optional)
    combines files of the same run that were read in one call; same number of readings, same order; a function of the
    module itself, as it is looked up in the source,
``ON_REQUEST = True`` (optional)
    the reader recognises nothing (``MENTIONS = ()``) and is used only with ``--instrument``, for what another one
    refuses with reason,
``JOINS`` (optional)
    names of further instruments whose readings ``join`` is given too; it is asked where a file of its own is,
``is_part(file) -> bool`` (optional)
    whether a file that it is to read is of a kind without which ``join`` changes nothing, by ``file.head`` alone; every
    file that it recognises by default. Readings of a folder without such a file are given before it is complete,
``describes(path)``, ``mapped(path, readers)`` (optional)
    whether a laboratory's mapping file is meant for this module, and the reader that it describes,
``run_folder(folder) -> folder`` (optional)
    the folder whose files are joined, for instruments that spread a run over folders.

Samples go to ``tests/instruments/<NAME>/``; the contract suite finds both.
"""
