"""Honest, right, and really faster: by merging sorted halves."""


def solve(numbers):
    return merged(numbers)[1]


def merged(numbers):
    if len(numbers) < 2:
        return numbers, 0
    middle = len(numbers) // 2
    left, one = merged(numbers[:middle])
    right, other = merged(numbers[middle:])
    total, rest, result, i = one + other, sum(left), [], 0
    for number in right:
        while i < len(left) and left[i] <= number:
            rest -= left[i]
            result.append(left[i])
            i += 1
        total += rest - (len(left) - i) * number
        result.append(number)
    return result + left[i:], total
