"""The layouts of the bank's daily file, version 3.

A line begins with the two digits of its record. A field is `(name, first, last, kind)`: its columns count
from 1, and the last one belongs to it.
"""

LAYOUTS = {}

# The file itself ---------------------------------------------------------------------------

# 10 begins a file
# A: text; the spaces at its end are no part of it.
# N: a number in digits. Of every kind but A, a field of nothing but spaces (or one that lies behind the
# end of a line, as spaces at the end may be missing) is None.
LAYOUTS["10"] = [
    ("bank", 3, 10, "A"),
    ("branch", 11, 15, "N"),
    ("file_number", 16, 21, "N"),
    ("sender", 22, 41, "A"),
    ("purpose", 42, 53, "A"),
    ("test_run", 54, 54, "N"),
    ("version", 55, 56, "N"),
]

# 11 begins a batch
LAYOUTS["11"] = [
    ("batch", 3, 7, "N"),
    ("kind_of_batch", 8, 10, "A"),
    ("records", 11, 17, "N"),
    ("office", 18, 37, "A"),
    ("clerk", 38, 49, "A"),
    ("priority", 50, 50, "N"),
]

# 12 continues a batch on another day
LAYOUTS["12"] = [
    ("batch", 3, 7, "N"),
    ("part", 8, 9, "N"),
    ("of_parts", 10, 11, "N"),
    ("office", 12, 31, "A"),
    ("remark", 32, 61, "A"),
]

# 13 names the software of the sender
LAYOUTS["13"] = [
    ("product", 3, 26, "A"),
    ("release", 27, 36, "A"),
    ("licence", 37, 48, "A"),
    ("platform", 49, 58, "A"),
]

# 14 names a person to ask
LAYOUTS["14"] = [
    ("person", 3, 32, "A"),
    ("telephone", 33, 50, "A"),
    ("extension", 51, 55, "N"),
    ("language", 56, 57, "A"),
]

# 18 ends a batch
LAYOUTS["18"] = [
    ("batch", 3, 7, "N"),
    ("records", 8, 14, "N"),
    ("checks", 15, 21, "N"),
    ("rejected", 22, 28, "N"),
    ("office", 29, 48, "A"),
]

# 19 ends a file
LAYOUTS["19"] = [
    ("file_number", 3, 8, "N"),
    ("batches", 9, 13, "N"),
    ("records", 14, 22, "N"),
    ("rejected", 23, 29, "N"),
    ("sender", 30, 49, "A"),
]

# Customers ---------------------------------------------------------------------------------

# 20 opens a customer
LAYOUTS["20"] = [
    ("customer", 3, 11, "N"),
    ("title", 12, 21, "A"),
    ("first_name", 22, 45, "A"),
    ("last_name", 46, 75, "A"),
    ("branch", 76, 80, "N"),
    ("segment", 81, 82, "A"),
]

# 21 the customer's address
LAYOUTS["21"] = [
    ("customer", 3, 11, "N"),
    ("street", 12, 41, "A"),
    ("house", 42, 47, "A"),
    ("postcode", 48, 55, "A"),
    ("town", 56, 81, "A"),
    ("country", 82, 83, "A"),
]

# 22 the customer's second address
LAYOUTS["22"] = [
    ("customer", 3, 11, "N"),
    ("care_of", 12, 35, "A"),
    ("street", 36, 65, "A"),
    ("postcode", 66, 73, "A"),
    ("town", 74, 99, "A"),
    ("country", 100, 101, "A"),
]

# 23 a company
LAYOUTS["23"] = [
    ("customer", 3, 11, "N"),
    ("company", 12, 51, "A"),
    ("register", 52, 63, "A"),
    ("court", 64, 83, "A"),
    ("employees", 84, 89, "N"),
    ("trade", 90, 94, "N"),
]

# 24 how to reach a customer
LAYOUTS["24"] = [
    ("customer", 3, 11, "N"),
    ("telephone", 12, 29, "A"),
    ("mobile", 30, 47, "A"),
    ("mail", 48, 87, "A"),
    ("best_hour", 88, 89, "N"),
]

# 25 a customer's adviser
LAYOUTS["25"] = [
    ("customer", 3, 11, "N"),
    ("adviser", 12, 17, "N"),
    ("branch", 18, 22, "N"),
    ("team", 23, 32, "A"),
    ("deputy", 33, 38, "N"),
]

# 27 two customers that turn out to be one
LAYOUTS["27"] = [
    ("customer", 3, 11, "N"),
    ("other", 12, 20, "N"),
    ("reason", 21, 40, "A"),
    ("clerk", 41, 52, "A"),
]

# 29 closes a customer
LAYOUTS["29"] = [
    ("customer", 3, 11, "N"),
    ("reason", 12, 31, "A"),
    ("clerk", 32, 43, "A"),
    ("archive_box", 44, 50, "N"),
]

# Accounts ----------------------------------------------------------------------------------

# 30 opens an account
LAYOUTS["30"] = [
    ("account", 3, 12, "N"),
    ("customer", 13, 21, "N"),
    ("product", 22, 27, "A"),
    ("branch", 28, 32, "N"),
    ("currency", 33, 35, "A"),
    ("opened_by", 36, 47, "A"),
]

# 31 when an account was opened and closed
# D: a day, two digits each for year, month and day; years from 70 on are 19xx, the others 20xx. It is
# read as text, as in "1998-12-31". Six zeros are no day: None.
LAYOUTS["31"] = [
    ("account", 3, 12, "N"),
    ("opened", 13, 18, "D"),
    ("closed", 19, 24, "D"),
    ("reason", 25, 44, "A"),
    ("clerk", 45, 56, "A"),
]

# 32 a second holder
LAYOUTS["32"] = [
    ("account", 3, 12, "N"),
    ("customer", 13, 21, "N"),
    ("since", 22, 27, "D"),
    ("until", 28, 33, "D"),
    ("may_sign", 34, 34, "N"),
]

# 33 a power of attorney
LAYOUTS["33"] = [
    ("account", 3, 12, "N"),
    ("person", 13, 42, "A"),
    ("since", 43, 48, "D"),
    ("until", 49, 54, "D"),
    ("extent", 55, 66, "A"),
]

# 34 a block on an account
LAYOUTS["34"] = [
    ("account", 3, 12, "N"),
    ("since", 13, 18, "D"),
    ("until", 19, 24, "D"),
    ("reason", 25, 44, "A"),
    ("authority", 45, 68, "A"),
]

# 35 a statement is sent
LAYOUTS["35"] = [
    ("account", 3, 12, "N"),
    ("statement", 13, 17, "N"),
    ("day", 18, 23, "D"),
    ("pages", 24, 26, "N"),
    ("way", 27, 34, "A"),
]

# 36 a product is changed
LAYOUTS["36"] = [
    ("account", 3, 12, "N"),
    ("old_product", 13, 18, "A"),
    ("new_product", 19, 24, "A"),
    ("day", 25, 30, "D"),
    ("clerk", 31, 42, "A"),
]

# 38 a safe deposit box
LAYOUTS["38"] = [
    ("account", 3, 12, "N"),
    ("box", 13, 17, "N"),
    ("branch", 18, 22, "N"),
    ("since", 23, 28, "D"),
    ("keys", 29, 29, "N"),
]

# 39 closes an account
LAYOUTS["39"] = [
    ("account", 3, 12, "N"),
    ("day", 13, 18, "D"),
    ("reason", 19, 38, "A"),
    ("successor", 39, 48, "N"),
]

# 40 to 49 are kept free for the post office and do not occur.

# Bookings ----------------------------------------------------------------------------------

# 50 announces bookings
LAYOUTS["50"] = [
    ("account", 3, 12, "N"),
    ("day", 13, 18, "D"),
    ("bookings", 19, 23, "N"),
    ("currency", 24, 26, "A"),
    ("origin", 27, 34, "A"),
]

# 51 a booking that is not final
LAYOUTS["51"] = [
    ("account", 3, 12, "N"),
    ("booking", 13, 20, "N"),
    ("day", 21, 26, "D"),
    ("text_key", 27, 29, "N"),
    ("text", 30, 59, "A"),
]

# 52 a booking
# S: an amount in cents with a sign, which is in the last place together with the last digit:
# `{` is +0, `A` to `I` are +1 to +9, `}` is -0, `J` to `R` are -1 to -9. So `0012C` is 123, `0012L` is -123.
# Some senders leave a plain digit there, and then the amount is positive.
LAYOUTS["52"] = [
    ("account", 3, 12, "N"),
    ("booking", 13, 20, "N"),
    ("day", 21, 26, "D"),
    ("amount", 27, 37, "S"),
    ("text_key", 38, 40, "N"),
    ("text", 41, 70, "A"),
]

# 53 a booking in another currency
LAYOUTS["53"] = [
    ("account", 3, 12, "N"),
    ("booking", 13, 20, "N"),
    ("day", 21, 26, "D"),
    ("amount", 27, 37, "S"),
    ("currency", 38, 40, "A"),
    ("original", 41, 51, "S"),
]

# 54 a balance
LAYOUTS["54"] = [
    ("account", 3, 12, "N"),
    ("day", 13, 18, "D"),
    ("balance", 19, 31, "S"),
    ("available", 32, 44, "S"),
    ("currency", 45, 47, "A"),
]

# 55 a standing order that was carried out
LAYOUTS["55"] = [
    ("account", 3, 12, "N"),
    ("booking", 13, 20, "N"),
    ("order", 21, 26, "N"),
    ("day", 27, 32, "D"),
    ("amount", 33, 43, "S"),
    ("text", 44, 73, "A"),
]

# 56 a booking that is taken back
LAYOUTS["56"] = [
    ("account", 3, 12, "N"),
    ("booking", 13, 20, "N"),
    ("taken_back", 21, 28, "N"),
    ("day", 29, 34, "D"),
    ("amount", 35, 45, "S"),
    ("reason", 46, 65, "A"),
]

# 57 a fee
LAYOUTS["57"] = [
    ("account", 3, 12, "N"),
    ("booking", 13, 20, "N"),
    ("day", 21, 26, "D"),
    ("amount", 27, 35, "S"),
    ("fee_key", 36, 39, "A"),
    ("months", 40, 41, "N"),
]

# 58 a correction by the head office
LAYOUTS["58"] = [
    ("account", 3, 12, "N"),
    ("booking", 13, 20, "N"),
    ("day", 21, 26, "D"),
    ("amount", 27, 37, "S"),
    ("clerk", 38, 49, "A"),
    ("reason", 50, 69, "A"),
]

# 59 ends bookings
LAYOUTS["59"] = [
    ("account", 3, 12, "N"),
    ("day", 13, 18, "D"),
    ("bookings", 19, 23, "N"),
    ("total", 24, 36, "S"),
]

# Interest ----------------------------------------------------------------------------------

# 60 a rate that holds for an account
LAYOUTS["60"] = [
    ("account", 3, 12, "N"),
    ("since", 13, 18, "D"),
    ("product", 19, 24, "A"),
    ("table", 25, 28, "N"),
]

# 61 interest of a quarter
LAYOUTS["61"] = [
    ("account", 3, 12, "N"),
    ("until", 13, 18, "D"),
    ("amount", 19, 29, "S"),
    ("days", 30, 32, "N"),
]

# 62 tax on interest
LAYOUTS["62"] = [
    ("account", 3, 12, "N"),
    ("until", 13, 18, "D"),
    ("amount", 19, 29, "S"),
    ("tax", 30, 40, "S"),
    ("church", 41, 49, "S"),
]

# 64 a change of a reference rate
# R: a rate; the last five digits are decimals. It is read as a float: `0123450` is 1.2345.
LAYOUTS["64"] = [
    ("reference", 3, 10, "A"),
    ("since", 11, 16, "D"),
    ("old", 17, 23, "R"),
    ("new", 24, 30, "R"),
    ("source", 31, 50, "A"),
]

# 65 a rate of a loan
LAYOUTS["65"] = [
    ("account", 3, 12, "N"),
    ("since", 13, 18, "D"),
    ("rate", 19, 25, "R"),
    ("surcharge", 26, 32, "R"),
    ("until", 33, 38, "D"),
]

# 66 a rate of a savings account
LAYOUTS["66"] = [
    ("account", 3, 12, "N"),
    ("since", 13, 18, "D"),
    ("rate", 19, 25, "R"),
    ("bonus", 26, 32, "R"),
    ("least", 33, 43, "S"),
]

# 67 an exchange rate
LAYOUTS["67"] = [
    ("currency", 3, 5, "A"),
    ("day", 6, 11, "D"),
    ("buy", 12, 20, "R"),
    ("sell", 21, 29, "R"),
    ("middle", 30, 38, "R"),
]

# Cards -------------------------------------------------------------------------------------

# 70 a card is ordered
# F: `J` is True, `N` is False.
LAYOUTS["70"] = [
    ("card", 2, 17, "A"),
    ("account", 18, 27, "N"),
    ("design", 28, 31, "A"),
    ("ordered", 32, 37, "D"),
    ("express", 38, 38, "F"),
]

# 71 a card is sent
LAYOUTS["71"] = [
    ("card", 2, 17, "A"),
    ("sent", 18, 23, "D"),
    ("registered", 24, 24, "F"),
    ("weight", 25, 28, "N"),
    ("office", 29, 48, "A"),
]

# 72 a card's limits
LAYOUTS["72"] = [
    ("card", 2, 17, "A"),
    ("daily", 18, 26, "S"),
    ("monthly", 27, 37, "S"),
    ("abroad", 38, 38, "F"),
    ("online", 39, 39, "F"),
]

# 73 a payment with a card
LAYOUTS["73"] = [
    ("card", 2, 17, "A"),
    ("day", 18, 23, "D"),
    ("amount", 24, 34, "S"),
    ("shop", 35, 58, "A"),
    ("contactless", 59, 59, "F"),
]

# 74 cash from a machine
LAYOUTS["74"] = [
    ("card", 2, 17, "A"),
    ("day", 18, 23, "D"),
    ("amount", 24, 32, "S"),
    ("machine", 33, 40, "A"),
    ("own_bank", 41, 41, "F"),
    ("rate", 42, 50, "R"),
]

# 76 a card is reported lost
LAYOUTS["76"] = [
    ("card", 2, 17, "A"),
    ("day", 18, 23, "D"),
    ("hour", 24, 25, "N"),
    ("police", 26, 26, "F"),
    ("clerk", 27, 38, "A"),
]

# 79 a card ends
LAYOUTS["79"] = [
    ("card", 2, 17, "A"),
    ("day", 18, 23, "D"),
    ("destroyed", 24, 24, "F"),
    ("successor", 25, 40, "A"),
]

# Securities --------------------------------------------------------------------------------

# 80 opens a portfolio
LAYOUTS["80"] = [
    ("portfolio", 3, 11, "N"),
    ("account", 12, 21, "N"),
    ("since", 22, 27, "D"),
    ("joint", 28, 28, "F"),
    ("risk", 29, 29, "N"),
]

# 81 securities are bought
LAYOUTS["81"] = [
    ("portfolio", 3, 11, "N"),
    ("paper", 12, 23, "A"),
    ("day", 24, 29, "D"),
    ("pieces", 30, 40, "N"),
    ("price", 41, 49, "R"),
    ("amount", 50, 62, "S"),
]

# 82 securities are sold
LAYOUTS["82"] = [
    ("portfolio", 3, 11, "N"),
    ("paper", 12, 23, "A"),
    ("day", 24, 29, "D"),
    ("pieces", 30, 40, "N"),
    ("price", 41, 49, "R"),
    ("amount", 50, 62, "S"),
    ("whole", 63, 63, "F"),
]

# 84 a dividend
LAYOUTS["84"] = [
    ("portfolio", 3, 11, "N"),
    ("paper", 12, 23, "A"),
    ("day", 24, 29, "D"),
    ("pieces", 30, 40, "N"),
    ("each", 41, 49, "R"),
    ("amount", 50, 60, "S"),
]

# 86 what a portfolio is worth
LAYOUTS["86"] = [
    ("portfolio", 3, 11, "N"),
    ("day", 12, 17, "D"),
    ("worth", 18, 30, "S"),
    ("cost", 31, 43, "S"),
    ("checked", 44, 44, "F"),
]

# 89 closes a portfolio
LAYOUTS["89"] = [
    ("portfolio", 3, 11, "N"),
    ("day", 12, 17, "D"),
    ("moved", 18, 18, "F"),
    ("receiver", 19, 42, "A"),
]

# Messages ----------------------------------------------------------------------------------

# 90 a message to the customer
LAYOUTS["90"] = [
    ("customer", 3, 11, "N"),
    ("day", 12, 17, "D"),
    ("text", 18, 77, "A"),
    ("read", 78, 78, "F"),
]

# 91 a complaint
LAYOUTS["91"] = [
    ("customer", 3, 11, "N"),
    ("day", 12, 17, "D"),
    ("number", 18, 24, "N"),
    ("subject", 25, 64, "A"),
    ("settled", 65, 65, "F"),
    ("paid", 66, 74, "S"),
]

# 92 a question of an authority
LAYOUTS["92"] = [
    ("authority", 3, 26, "A"),
    ("day", 27, 32, "D"),
    ("number", 33, 39, "N"),
    ("customer", 40, 48, "N"),
    ("answered", 49, 54, "D"),
]

# 95 a note of the computing centre
LAYOUTS["95"] = [
    ("day", 3, 8, "D"),
    ("hour", 9, 10, "N"),
    ("text", 11, 70, "A"),
    ("repeat", 71, 71, "F"),
]

# Exceptions --------------------------------------------------------------------------------
#
# - Records 70 to 79 come from the card centre as they are: there, columns count from 0 (the last one still
#   belongs to the field).
# - In record 58 the sign of an amount is in the first place instead of the last, together with the first
#   digit: `A0023` is 10023, `J0023` is -10023.
# - In record 67 a rate has seven decimals instead of five.
# - The customer 0 in any record means that there is none, and is None.
