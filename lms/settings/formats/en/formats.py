"""English as this house writes it: 30 April 2027, and the clock from 0 to 24."""

DATE_FORMAT = "j F Y"
MONTH_DAY_FORMAT = "j F"
SHORT_DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j F Y, H:i e"  # the admin: a schedule says its zone
SHORT_DATETIME_FORMAT = "j M Y, H:i"
