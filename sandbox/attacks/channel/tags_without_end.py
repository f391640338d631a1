"""Answers that are nothing but empty sets, 8 MiB of them in each, which the reader has to make one by one"""

from tools import Channel, wait

ENDS = ("violation",)
CALLS = 4
LIMITS = {"answer_bytes": 8_388_608, "all_answers_bytes": 33_554_432, "total_seconds": 10}


def attack(turn):
    one = '{"$set":[]}'
    text = "[" + ",".join([one] * 690_000) + "]"
    channel = Channel()
    nonce = channel.nonce
    for _ in range(CALLS):
        channel.answer(text, nonce)
        nonce = channel.stream.readline()[:16]  # of the next call
    wait()
