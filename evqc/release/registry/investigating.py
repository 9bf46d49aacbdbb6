"""Investigations of results outside their limits: the rules of ``out_of_specification``, every step and retest kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.errors import Where, refusal
from evqc.records import to_plain
from evqc.release import out_of_specification as rules
from evqc.release import states
from evqc.release.registry.assembling import investigation_of, record_of
from evqc.release.registry.records import known
from evqc.release.registry.signing import Signing
from evqc.release.registry.tables import AUDIT, INVESTIGATIONS, RETESTS
from evqc.release.registry.writing import entries, rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Connection

    from evqc.release.registry.tables import Row
    from evqc.release.registry.writing import Act
    from evqc.release.release import Investigation, Release
    from evqc.release.signature import Signature


class Investigating(Signing):
    """The steps of an investigation; each raises what the rule of ``out_of_specification`` behind it raises."""

    def investigation(self, identity: str) -> Investigation:
        """An investigation as it stands.

        Raises:
            InputError: ``NO_SUCH_INVESTIGATION``.
        """
        with self.reading() as connection:
            return _found(connection, identity)[1]

    def open_investigation(self, record_id: str, test: str, user: str, why: str) -> Investigation:
        """Opens the investigation of a failing test that has none, such as a first stage that another one decides.

        Whatever else fails has one already, from the moment its record was taken in.

        Raises:
            InputError: ``NO_SUCH_RECORD``, ``NO_SUCH_TEST``, ``NOT_A_FAIL``, ``INVESTIGATION_EXISTS``, or as ``write``.
        """

        def put(act: Act) -> Investigation:
            row = known(act, record_id)
            result = record_of(row).result(test)
            if result is None:
                raise refusal(record_id, "NO_SUCH_TEST", Where(field="test"), test, "the id of a test of the record")
            number = f"{record_id}/OOS-{test}"
            made = rules.opened(result, number=number, by=user, at=act.at)
            if act.row("investigations", number) is not None:
                raise refusal(number, "INVESTIGATION_EXISTS", Where(field="test"), test, "a test without one")
            act.put("investigations", {**_columns(made), "batch": row["batch"], "record": record_id})
            return made

        return self.write(user, "investigate", why, put)

    def find_cause(self, identity: str, *, kind: str, words: str, evidence: str, user: str, why: str) -> Investigation:
        """Writes down the cause that made the result (``cause_found``)."""
        return self._step(
            identity, lambda old: rules.cause_found(old, kind=kind, words=words, evidence=evidence), user, why
        )

    def go_full_scale(self, identity: str, user: str, why: str) -> Investigation:
        """Goes beyond the laboratory, where no cause was found in it (``to_full_scale``)."""
        return self._step(identity, rules.to_full_scale, user, why)

    def plan_retests(self, identity: str, *, plan: str, retests: int, user: str, why: str) -> Investigation:
        """Fixes how many retests there will be, before the first of them (``planned``)."""
        return self._step(identity, lambda old: rules.planned(old, plan=plan, retests=retests), user, why)

    def _step(
        self, identity: str, rule: Callable[[Investigation], Investigation], user: str, why: str
    ) -> Investigation:
        def put(act: Act) -> Investigation:
            row, old = _found(act.connection, identity)
            new = rule(old)
            act.put("investigations", row | _columns(new))
            return new

        return self.write(user, "investigate", why, put)

    def retest(self, identity: str, *, value: str, unit: str, evidence: str, user: str, why: str) -> Investigation:
        """Adds one retest, kept and linked whatever it says (``retested``).

        Who made the original result is read from the audit trail, and from the names under the data.
        """

        def put(act: Act) -> Investigation:
            row, old = _found(act.connection, identity)
            new = rules.retested(
                old,
                by=user,
                at=act.at,
                value=value,
                unit=unit,
                evidence=evidence,
                analysts=_analysts(act, row["batch"]),
            )
            made = new.retests[-1]
            links = {"id": f"{identity}/retest-{made.number}", "investigation": identity}
            act.put("retests", {**to_plain(made), **links, "batch": row["batch"], "record": row["record"]})
            return new

        return self.write(user, "retest", why, put)

    def conclude_investigation(
        self, identity: str, conclusion: str, user: str, password: str, reason: str
    ) -> Signature:
        """Concludes an investigation (``concluded``) by a signature that carries the conclusion.

        Raises:
            InputError: ``NO_REASON``, ``NO_SUCH_INVESTIGATION``, what the rule raises, or as ``sign``.
        """
        if not reason.strip():
            raise refusal(identity, "NO_REASON", Where(field="reason"), "nothing", "the reason, in words")
        with self.reading() as connection:
            row, _ = _found(connection, identity)

        def put(act: Act, _release: Release) -> None:
            now, old = _found(act.connection, identity)
            new = rules.concluded(old, conclusion, by=user, investigators=_finders(act, identity))
            act.put("investigations", now | _columns(new))

        words = f"{states.concluded_words(identity, conclusion)}{reason.strip()}"
        return self.signed(row["record"], "investigation concluded", user, password, words, put)


def _found(connection: Connection, identity: str) -> tuple[Row, Investigation]:
    row = next(iter(rows(connection, "investigations", INVESTIGATIONS.c.id == identity)), None)
    if row is None:
        raise refusal(identity, "NO_SUCH_INVESTIGATION", Where(), identity, "the id of an investigation")
    return row, investigation_of(row, rows(connection, "retests", RETESTS.c.investigation == identity))


def _columns(new: Investigation) -> Row:
    return {name: value for name, value in to_plain(new).items() if name != "retests"}


def _finders(act: Act, identity: str) -> set[str]:
    """Who wrote down the cause, from the trail."""
    steps = entries(act.connection, AUDIT.c.table == "investigations", AUDIT.c.key == identity)
    said = "assignable_cause"
    return {each.user for each in steps if each.old and each.new and each.new[said] != each.old[said]}


def _analysts(act: Act, batch: str) -> set[str]:
    """Who brought in or made data of the batch, in any version, from the trail."""
    of_batch = AUDIT.c.key.startswith(f"{batch}/", autoescape=True)
    made = entries(act.connection, AUDIT.c.action == "import record", of_batch)
    people = act.rows("users")
    return {each["id"] for each in people if states.made_by(made, batch, each["id"], each["printed_name"])}
