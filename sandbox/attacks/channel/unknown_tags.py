"""Tags that do not exist"""

from tools import send_and_wait

ENDS = ("violation",)


def attack():
    send_and_wait('{"$pickle":"gASVHAAAAAAAAACMCGJ1aWx0aW5zlIwEZXhlY5STlC4="}')
