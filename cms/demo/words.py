"""What the people of the demo company said and wrote. Fictional, like their customers."""

EXAMPLES = {
    "offer-know-how": (
        "At Orrin I put the sensor and the monthly review together and left the extended warranty out. They never"
        " asked for it; what they missed was somebody reading the figures with them."
    ),
    "account-economics": (
        "Forty hours a month of night calls at Castell stood in nobody's plan. The dispatcher had known for a "
        "year; she had simply never been asked for the number."
    ),
    "results-measurement": (
        "We wrote that downtime fell by a third. The finance partner asked: a third of what, and who counted it? "
        "We had the second answer, not the first."
    ),
    "revenue-evidence": (
        "Our hope was 'ports will want this'. As a sentence that can be false: two of five port planners pay for "
        "a trial shift before June. Cheapest test: ask five."
    ),
    "customers-business": (
        "Castell earns on volume, loses on stops and is measured on litres per shift. The sentence I would doubt "
        "is the second: I have it from one plant only."
    ),
    "customer-selection": (
        "The account I like fails the third question: nobody there owns the problem. The one I dislike passes all"
        " four. We swapped papers and I lost the argument."
    ),
    "offer-life-cycle": (
        "I would end the quarterly paper report. Two people would then visit the sites whose reports nobody "
        "opened, which is most of them."
    ),
    "intimacy-model": (
        "A nurse asked for a part on a Sunday; the rule said Monday. We bent the rule and wrote down what it "
        "cost: ninety. The rule has a second line now."
    ),
    "discovery": (
        "'What happens on a day when the board is wrong?' I had planned to ask about budget. The answer was a "
        "crane that stood still for three hours."
    ),
    "executive-dialogue": (
        "'You lose 14 boxes of vaccine a year at night. I would like an hour on a ward to see why.' A colleague "
        "cut my first version by half, and it was better."
    ),
    "co-creation": (
        "We turned down a wish for a new colour code and said why: it would hide the alarm. They heard it as "
        "care, because we brought two other ideas along."
    ),
    "constructive-challenge": (
        "Our rule that a visit needs three signatures. Who gains? Nobody could say. The simplest honest rule: the"
        " person who pays for the train decides."
    ),
    "trust-repair": (
        "After a missed go-live the customer forgave us because somebody rang every evening at six, also with bad"
        " news. The smallest promise was the hour."
    ),
    "value-negotiation": (
        "They wanted ten percent off. Behind it lay a budget that ends in March. We moved the start and traded a "
        "reference visit for it."
    ),
    "growing-colleagues": (
        "My 'not yet' said: count to three before you play back. One sentence, one thing to try, one date. I "
        "would leave out the word 'still'."
    ),
}

DISCUSSED = (
    "What helped most was hearing how long the others had waited before they rang back. I would have waited less,"
    " and that would have been wrong."
)

REPORT = (
    "Done on the visit. I asked, waited and played it back; two things were corrected, and both went into the "
    "notes that the customer has."
)

NOTES = "What holds: the questions. What to try next: one pause more before the play-back. Agreed until we meet again."

SEEN = (
    (
        "Opened with a question and let the silence stand. Followed the answer to its cost and to the person who "
        "carries it, and read the summary aloud; one figure was corrected and written down."
    ),
    (
        "Named the figure the other side is judged on before naming anything of ours. When the second question "
        "went astray, said so and asked again. The notes went out the same evening."
    ),
    (
        "Kept to the point for forty minutes, drew the quiet colleague in, and left with an owner and a date that"
        " the customer said in their own words."
    ),
)

SEEN_UNASKED = "Happened to sit in: asked well and waited; needed a prompt from me to get from the story to the figure."

SEEN_NOT_YET = (
    "Prepared superbly and knew every figure. Interrupted the plant manager four times, each time with the right "
    "answer; the third interruption ended her story."
)

WHY = "On two occasions they reached the cost and its owner without help; the play-back was heard out and corrected."

WHY_NOT_YET = (
    "The analysis is strong. The other person did not finish a sentence, so the problem is ours and not theirs yet."
)

EVIDENCE = "Summary as it was confirmed, with the one figure that the customer corrected and the name of its owner."

EARLY = (
    "For six years I led first visits at a consultancy, the last two with plant managers. I would rather be told now "
    "what I do wrong than read first and find out on day 36."
)

EARLY_YES = "Convincing, and the plant at Orrin has a visit free. The standard is the same: two people, two occasions."

DRAFT = " I have two other suppliers on the line."

SPARED = "Did the same in the bid at Lyle in spring, with me in the room."
