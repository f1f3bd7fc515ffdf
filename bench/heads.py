# SPDX-License-Identifier: Apache-2.0
"""Requests whose heads repeat, and requests whose heads all differ.

A template is the text of a request in which two marks stand for digits: FRESH is a hexadecimal
digit that is new in each request, COUNT a decimal digit of a number that goes down by one with each
request. Without a mark all requests are the same. The load program fills the same templates
(bench/template.h): what one of them sends, the other can send.
"""

import random
import re

FRESH = b"\x01"
COUNT = b"\x02"

_TRACE = b"traceparent: 00-" + FRESH * 32 + b"-" + FRESH * 16 + b"-01\r\n"
_REQUEST_ID = b"x-request-id: " + b"-".join(FRESH * size for size in (8, 4, 4, 4, 12)) + b"\r\n"
_TIMEOUT = b"connect-timeout-ms: " + COUNT * 4 + b"\r\n"

# What generated clients add to every call.
_CLIENT = (b"connect-protocol-version: 1\r\nuser-agent: connect-es/2.0.0\r\n"
           b"accept-encoding: gzip, br\r\naccept: */*\r\n")

# What is added to a head, by name.
KINDS = {
    "repeat": b"",
    "trace": _TRACE,
    "differ": _TRACE + _REQUEST_ID + _TIMEOUT,
    "client": _CLIENT + _TRACE + _TIMEOUT,
}


def template(request, kind):
    """`request` with the fields of one of KINDS behind its own."""
    head, blank, body = request.partition(b"\r\n\r\n")
    return head + b"\r\n" + KINDS[kind] + blank[2:] + body


def filled(text, count, seed=1):
    """`count` requests from a template, the same ones for the same seed."""
    digits = random.Random(seed)
    marks = re.compile(b"(%s+)|(%s+)" % (FRESH, COUNT))
    for number in range(count):
        def digits_for(mark, number=number):
            size = len(mark[0])
            if mark[1]:
                return b"%0*x" % (size, digits.getrandbits(4 * size))
            # From 99.. down to 10.., and again: the number keeps its length.
            return b"%d" % (10**size - 1 - number % (9 * 10**(size - 1)))
        yield marks.sub(digits_for, text)
