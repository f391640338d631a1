"""Fees of all services, in whole cents."""

import math


def cents(value):
    """The nearest whole cent; a half is rounded away from zero."""
    nearest = math.floor(abs(value) + 0.5)
    return nearest if value >= 0 else -nearest


def card_domestic(amount, days):
    """Payment with a domestic card: 1.25 %."""
    return cents(amount * 125 / 10000)


def card_foreign(amount, days):
    """Payment with a card from abroad: 2.75 %."""
    return cents(amount * 275 / 10000)


def card_corporate(amount, days):
    """Payment with a company card: 1.9 %, and 19 % tax on it."""
    charge = cents(amount * 190 / 10000)
    tax = cents(charge * 19 / 100)
    return charge + tax


def card_prepaid(amount, days):
    """Payment with a prepaid card: 1.75 %."""
    return cents(amount * 7 / 400)


def card_chargeback(amount, days):
    """Payment that the card's owner disputes: 3.5 %, and 20 % tax on it from the third day."""
    charge = cents(amount * 35 / 1000)
    if days < 3:
        return charge
    return charge + cents(charge * 20 / 100)


def cash_deposit(amount, days):
    """Cash paid in at a counter: 0.3 %."""
    return cents(amount * 3 / 1000)


def cash_coins(amount, days):
    """Coins paid in at a counter: 2.5 %."""
    return cents(amount * 25 / 1000)


def cash_night_safe(amount, days):
    """Cash left in the night safe: 0.15 % a full week."""
    weeks = int(days / 7)
    weekly = cents(amount * 15 / 10000)
    return weeks * weekly


def cash_foreign_notes(amount, days):
    """Foreign notes changed into euros: 4.5 %, and 7 % tax on it."""
    charge = cents(amount * 45 / 1000)
    tax = cents(charge * 7 / 100)
    return charge + tax


def cheque_domestic(amount, days):
    """Cheque on a domestic bank: 0.5 %."""
    return cents(amount * 5 / 1000)


def cheque_foreign(amount, days):
    """Cheque on a bank abroad: 1.25 %, and 19 % tax on it from the third day."""
    charge = cents(amount * 125 / 10000)
    if days < 3:
        return charge
    return charge + cents(charge * 19 / 100)


def cheque_stopped(amount, days):
    """Cheque that was stopped in time: 0.9 %."""
    return cents(amount * 9 / 1000)


def credit_arrears(amount, days):
    """Interest on arrears of a loan: 4.8 % a year, by started months."""
    months = math.ceil(days / 30)
    return cents(amount * months * 48 / 12000)


def credit_extension(amount, days):
    """Extension of a loan: 3 % a year, by started months."""
    months = math.ceil(days / 30)
    return cents(amount * months * 30 / 12000)


def credit_overdraft(amount, days):
    """Overdraft that was agreed: 0.22 % a full week."""
    weeks = int(days / 7)
    weekly = cents(amount * 22 / 10000)
    return weeks * weekly


def credit_overdrawn(amount, days):
    """Overdraft that was not agreed: 0.31 % a full week."""
    weeks = int(days / 7)
    weekly = cents(amount * 31 / 10000)
    return weeks * weekly


def credit_redemption(amount, days):
    """Loan paid back before its time: 1.1 %."""
    return cents(amount * 11 / 1000)


def credit_standby(amount, days):
    """Credit line that is not used: 1.8 % a year, by started months."""
    months = math.ceil(days / 30)
    return cents(amount * months * 18 / 12000)


def custody_bonds(amount, days):
    """Bonds in custody: 2.4 % a year, by started months."""
    months = math.ceil(days / 30)
    return cents(amount * months * 24 / 12000)


def custody_gold(amount, days):
    """Gold in custody: 6.6 % a year, by started months."""
    months = math.ceil(days / 30)
    return cents(amount * months * 66 / 12000)


def custody_shares(amount, days):
    """Shares in custody: 0.15 %, and 19 % tax on it."""
    charge = cents(amount * 15 / 10000)
    tax = cents(charge * 19 / 100)
    return charge + tax


def custody_transfer(amount, days):
    """Securities moved to another bank: 0.13 %."""
    return cents(amount * 13 / 10000)


def debit_core(amount, days):
    """Direct debit from a consumer: 0.2 %."""
    return cents(amount * 2 / 1000)


def debit_business(amount, days):
    """Direct debit from a business: 0.35 %."""
    return cents(amount * 35 / 10000)


def debit_returned(amount, days):
    """Direct debit that came back: 1.5 %, and 19 % tax on it from the third day."""
    charge = cents(amount * 15 / 1000)
    if days < 3:
        return charge
    return charge + cents(charge * 19 / 100)


def escrow_house(amount, days):
    """Price of a house in escrow: 0.04 % a full week."""
    weeks = int(days / 7)
    weekly = cents(amount * 4 / 10000)
    return weeks * weekly


def escrow_rent(amount, days):
    """Rent in escrow: 3.6 % a year, by started months."""
    months = math.ceil(days / 30)
    return cents(amount * months * 36 / 12000)


def escrow_shares(amount, days):
    """Price of shares in escrow: 0.65 %, and 20 % tax on it."""
    charge = cents(amount * 65 / 10000)
    tax = cents(charge * 20 / 100)
    return charge + tax


def fund_entry(amount, days):
    """Entry into a fund: 4.5 %."""
    return cents(amount * 45 / 1000)


def fund_exit(amount, days):
    """Exit from a fund: 1.5 %."""
    return cents(amount * 15 / 1000)


def fund_switch(amount, days):
    """Change from a fund to another: 0.9 %."""
    return cents(amount * 9 / 1000)


def fx_forward(amount, days):
    """Currency bought ahead: 0.08 % a full week."""
    weeks = int(days / 7)
    weekly = cents(amount * 8 / 10000)
    return weeks * weekly


def fx_option(amount, days):
    """Currency option: 6.5 %, and 19 % tax on it from the third day."""
    charge = cents(amount * 65 / 1000)
    if days < 3:
        return charge
    return charge + cents(charge * 19 / 100)


def fx_spot(amount, days):
    """Currency at today's rate: 0.15 %."""
    return cents(amount * 15 / 10000)


def fx_swap(amount, days):
    """Currency swap: 0.375 %."""
    return cents(amount * 3 / 800)


def guarantee_bid(amount, days):
    """Guarantee for a tender: 9 % a year, by started months."""
    months = math.ceil(days / 30)
    return cents(amount * months * 90 / 12000)


def guarantee_rent(amount, days):
    """Guarantee for a rent: 4.2 % a year, by started months."""
    months = math.ceil(days / 30)
    return cents(amount * months * 42 / 12000)


def guarantee_work(amount, days):
    """Guarantee for a building under construction: 1.75 %, and 19 % tax on it."""
    charge = cents(amount * 175 / 10000)
    tax = cents(charge * 19 / 100)
    return charge + tax


def letter_amended(amount, days):
    """Letter of credit that is amended: 0.25 %."""
    return cents(amount * 25 / 10000)


def letter_confirmed(amount, days):
    """Letter of credit that is confirmed: 0.65 %."""
    return cents(amount * 13 / 2000)


def letter_opened(amount, days):
    """Letter of credit that is opened: 0.35 %."""
    return cents(amount * 35 / 10000)


def locker_small(amount, days):
    """Small locker: 0.6 % a full week."""
    weeks = int(days / 7)
    weekly = cents(amount * 6 / 1000)
    return weeks * weekly


def locker_large(amount, days):
    """Large locker: 0.9 % a full week."""
    weeks = int(days / 7)
    weekly = cents(amount * 9 / 1000)
    return weeks * weekly


def mobile_payment(amount, days):
    """Payment with a telephone: 0.45 %."""
    return cents(amount * 45 / 10000)


def mobile_topup(amount, days):
    """Credit for a telephone: 2.5 %."""
    return cents(amount * 1 / 40)


def notary_account(amount, days):
    """Account of a notary: 0.85 %, and 19 % tax on it from the third day."""
    charge = cents(amount * 85 / 10000)
    if days < 3:
        return charge
    return charge + cents(charge * 19 / 100)


def savings_early(amount, days):
    """Savings drawn before their time: 6 % a year, by started months."""
    months = math.ceil(days / 30)
    return cents(amount * months * 60 / 12000)


def savings_plan(amount, days):
    """Rate of a savings plan: 0.75 %."""
    return cents(amount * 15 / 2000)


def standing_order(amount, days):
    """Standing order: 0.25 %."""
    return cents(amount * 5 / 2000)


def standing_changed(amount, days):
    """Standing order that was changed: 0.5 %."""
    return cents(amount * 1 / 200)


def terminal_rent(amount, days):
    """Terminal that is rented: 1.2 % a full week."""
    weeks = int(days / 7)
    weekly = cents(amount * 12 / 1000)
    return weeks * weekly


def terminal_sale(amount, days):
    """Terminal that is sold: 0.5 %, and 20 % tax on it."""
    charge = cents(amount * 5 / 1000)
    tax = cents(charge * 20 / 100)
    return charge + tax


def transfer_instant(amount, days):
    """Transfer within ten seconds: 0.25 %."""
    return cents(amount * 25 / 10000)


def transfer_paper(amount, days):
    """Transfer by a slip of paper: 0.5 %."""
    return cents(amount * 5 / 1000)


def transfer_urgent(amount, days):
    """Transfer on the same day: 0.75 %."""
    return cents(amount * 75 / 10000)


def transfer_world(amount, days):
    """Transfer to another continent: 0.55 %, and 19 % tax on it from the third day."""
    charge = cents(amount * 55 / 10000)
    if days < 3:
        return charge
    return charge + cents(charge * 19 / 100)


def treasury_bills(amount, days):
    """Treasury bills until they are due: 2.7 % a year, by started months."""
    months = math.ceil(days / 30)
    return cents(amount * months * 27 / 12000)


def trust_account(amount, days):
    """Account that is held in trust: 0.35 %."""
    return cents(amount * 35 / 10000)


def voucher_issue(amount, days):
    """Voucher that is issued: 1.5 %."""
    return cents(amount * 3 / 200)


def voucher_lost(amount, days):
    """Voucher that was lost: 7.5 %."""
    return cents(amount * 75 / 1000)


SERVICES = {
    "card-domestic": card_domestic,
    "card-foreign": card_foreign,
    "card-corporate": card_corporate,
    "card-prepaid": card_prepaid,
    "card-chargeback": card_chargeback,
    "cash-deposit": cash_deposit,
    "cash-coins": cash_coins,
    "cash-night-safe": cash_night_safe,
    "cash-foreign-notes": cash_foreign_notes,
    "cheque-domestic": cheque_domestic,
    "cheque-foreign": cheque_foreign,
    "cheque-stopped": cheque_stopped,
    "credit-arrears": credit_arrears,
    "credit-extension": credit_extension,
    "credit-overdraft": credit_overdraft,
    "credit-overdrawn": credit_overdrawn,
    "credit-redemption": credit_redemption,
    "credit-standby": credit_standby,
    "custody-bonds": custody_bonds,
    "custody-gold": custody_gold,
    "custody-shares": custody_shares,
    "custody-transfer": custody_transfer,
    "debit-core": debit_core,
    "debit-business": debit_business,
    "debit-returned": debit_returned,
    "escrow-house": escrow_house,
    "escrow-rent": escrow_rent,
    "escrow-shares": escrow_shares,
    "fund-entry": fund_entry,
    "fund-exit": fund_exit,
    "fund-switch": fund_switch,
    "fx-forward": fx_forward,
    "fx-option": fx_option,
    "fx-spot": fx_spot,
    "fx-swap": fx_swap,
    "guarantee-bid": guarantee_bid,
    "guarantee-rent": guarantee_rent,
    "guarantee-work": guarantee_work,
    "letter-amended": letter_amended,
    "letter-confirmed": letter_confirmed,
    "letter-opened": letter_opened,
    "locker-small": locker_small,
    "locker-large": locker_large,
    "mobile-payment": mobile_payment,
    "mobile-topup": mobile_topup,
    "notary-account": notary_account,
    "savings-early": savings_early,
    "savings-plan": savings_plan,
    "standing-order": standing_order,
    "standing-changed": standing_changed,
    "terminal-rent": terminal_rent,
    "terminal-sale": terminal_sale,
    "transfer-instant": transfer_instant,
    "transfer-paper": transfer_paper,
    "transfer-urgent": transfer_urgent,
    "transfer-world": transfer_world,
    "treasury-bills": treasury_bills,
    "trust-account": trust_account,
    "voucher-issue": voucher_issue,
    "voucher-lost": voucher_lost,
}


def fee(service, amount, days=1):
    """The fee of a service for an amount; raises KeyError for an unknown service."""
    return SERVICES[service](amount, days)


def statement(items):
    """The fees of items `[service, amount, days]`, in their order."""
    return [fee(service, amount, days) for service, amount, days in items]
