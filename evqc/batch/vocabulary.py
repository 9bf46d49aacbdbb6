"""Closed lists that a batch record chooses from, with the spellings that people use."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Role = Literal[
    "product",
    "step sample",
    "process blank",
    "diluent blank",
    "reagent blank",
    "detergent control",
    "isotype control",
    "lysate",
    "reference",
]
Claim = Literal["EV", "small EV", "large EV", "exosome", "functional activity"]
Matrix = Literal[
    "conditioned medium, serum-free",
    "conditioned medium with fetal bovine serum",
    "conditioned medium with human platelet lysate",
    "plasma",
    "serum",
    "urine",
    "other biofluid",
    "tissue",
]
View = Literal["wide-field", "close-up"]

ROLES: tuple[Role, ...] = get_args(Role)
CLAIMS: tuple[Claim, ...] = get_args(Claim)
MATRICES: tuple[Matrix, ...] = get_args(Matrix)
VIEWS: tuple[View, ...] = get_args(View)
SPECIES: tuple[str, ...] = ("human", "mouse", "rat", "pig", "dog", "horse", "rabbit", "sheep", "monkey")
IMAGE_METHODS: tuple[str, ...] = (
    "transmission electron microscopy",
    "cryo electron microscopy",
    "scanning electron microscopy",
    "atomic force microscopy",
    "super-resolution microscopy",
    "western blot",
)

#: Tests that give no number, by the name that specifications ask for, each with the outcomes that are usually written.
OBSERVATIONS: dict[str, tuple[str, ...]] = {
    "sterility": ("no growth", "growth"),
    "mycoplasma": ("not detected", "detected"),
    "adventitious viruses": ("not detected", "detected"),
    "appearance": ("clear, colourless", "slightly opalescent, colourless", "opalescent", "turbid", "coloured"),
    "visible particles": ("essentially free", "not free"),
    "container closure integrity": ("integral", "not integral"),
    "morphology": ("vesicles", "no vesicles"),
    "karyotype": ("normal", "abnormal"),
    "cell line identity": ("matches", "does not match"),
    "plastic adherence": ("adherent", "not adherent"),
    "osteogenic differentiation": ("shown", "not shown"),
    "adipogenic differentiation": ("shown", "not shown"),
    "chondrogenic differentiation": ("shown", "not shown"),
}
#: All of these outcomes, each once.
OUTCOMES: tuple[str, ...] = tuple(dict.fromkeys(outcome for each in OBSERVATIONS.values() for outcome in each))

#: Parameters of a separation that are told in words; all others are numbers in the unit that their name says.
IN_WORDS = frozenset({
    "rotor", "brake", "tube", "gradient_medium", "layers", "fractions_pooled", "membrane", "device", "buffer", "resin",
    "target", "antibody_clone", "support", "elution", "reagent", "format",
})  # fmt: skip

#: Tissue of origin, each with the spellings that stand in papers and records.
TISSUES: dict[str, tuple[str, ...]] = {
    "bone marrow": ("BM", "BMSC", "BM-MSC"),
    "adipose tissue": ("AT", "AD", "ADSC", "AMSC", "fat"),
    "umbilical cord": ("UC", "huc", "UC-MSC"),
    "Wharton's jelly": ("WJ", "WJ-MSC"),
    "cord blood": ("CB", "CMSC", "UCB"),
    "placenta": ("PMSC",),
    "chorion": (),
    "amnion": (),
    "endometrium": (),
    "menstrual blood": ("MenSC",),
    "embryonic stem cell": ("ES-MSC", "HuES9.E1"),
    "induced pluripotent stem cell": ("iPSC", "iMSC"),
    "dental pulp": ("DPSC",),
    "gingiva": ("GMSC",),
    "heart": ("cardiac",),
    "fetal lung": (),
    "skeletal muscle": ("muscle",),
    "skin": (),
    "synovium": (),
    "blood": ("plasma", "serum"),
    "urinary tract": ("urine",),
    "other": (),
}


def choose(text: str, known: Iterable[str], synonyms: Mapping[str, tuple[str, ...]] | None = None) -> str:
    """The entry of a closed list that ``text`` means, whatever its case.

    Args:
        text: as a person wrote it.
        known: the closed list.
        synonyms: further spellings by entry.

    Raises:
        ValueError: it is none of them; the message names the nearest ones, or all when none is near.
    """
    spelled = {entry.casefold(): entry for entry in known}
    for entry, others in (synonyms or {}).items():
        spelled |= {other.casefold(): entry for other in others}
    wanted = " ".join(text.split()).casefold()
    if wanted in spelled:
        return spelled[wanted]
    near = difflib.get_close_matches(wanted, spelled, n=3, cutoff=0.5)
    if near:
        raise ValueError(f"a name of the list; near it: {', '.join(dict.fromkeys(spelled[n] for n in near))}")
    raise ValueError(f"one of {', '.join(known)}")


def chooser(known: Iterable[str], synonyms: Mapping[str, tuple[str, ...]] | None = None) -> Callable[[str], str]:
    """``choose`` for one list, as a pydantic validator."""
    entries = tuple(known)
    return lambda text: choose(text, entries, synonyms)
