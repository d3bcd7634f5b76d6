"""Dates for English readers: day before month, so that 5/6 can never be misread; 24 hours."""

DATE_FORMAT = "j M Y"
MONTH_DAY_FORMAT = "j M"
DATETIME_FORMAT = "j M Y, H:i"
TIME_FORMAT = "H:i"
# <input type="date"> accepts nothing but ISO, and Django renders with the first format of the list.
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%Y/%m/%d", "%d %b %Y"]
