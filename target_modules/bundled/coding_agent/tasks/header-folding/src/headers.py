"""Headers of mails, folded into lines."""


def words(name, value, limit):
	"""Text, between any two words."""
	parts = value.split()
	lines = []
	line = name + ":"
	for part in parts:
		if len(line) + len(part) > limit:
			lines.append(line)
			line = " " + part
		else:
			line = line + " " + part
	lines.append(line)
	return lines


def addresses(name, value, limit):
	"""Addresses, after a comma."""
	parts = value.split(", ")
	parts = [part + "," for part in parts[:-1]] + parts[-1:]
	lines = []
	line = name + ":"
	for part in parts:
		if lines == [] and line == name + ":":
			line = line + " " + part
		elif len(line) + len(part) > limit:
			lines.append(line)
			line = " " + part
		else:
			line = line + " " + part
	lines.append(line)
	return lines


def identifiers(name, value, limit):
	"""Message identifiers in angle brackets, with or without space between them."""
	parts = [part + ">" for part in value.replace(" ", "").split(">") if part]
	lines = []
	line = name + ":"
	for part in parts:
		if len(line) + len(part) > limit:
			lines.append(line)
			line = "\t" + part
		else:
			line = line + " " + part
	lines.append(line)
	return lines


def clauses(name, value, limit):
	"""The ways of a mail, after a semicolon."""
	parts = value.split("; ")
	parts = [part + ";" for part in parts[:-1]] + parts[-1:]
	lines = []
	line = name + ":"
	for part in parts:
		if len(line) + len(part) > limit:
			lines.append(line)
			line = "\t" + part
		else:
			line = line + " " + part
	lines.append(line)
	return lines


def parameters(name, value, limit):
	"""A type and its parameters, after a semicolon; a parameter is never broken."""
	parts = [part.strip() for part in value.split(";")]
	parts = [part + ";" for part in parts[:-1]] + parts[-1:]
	lines = []
	line = name + ":"
	for part in parts:
		if lines == [] and line == name + ":":
			line = line + " " + part
		elif len(line) + len(part) > limit:
			lines.append(line)
			line = "\t" + part
		else:
			line = line + " " + part
	lines.append(line)
	return lines


def results(name, value, limit):
	"""Results of checks by several servers, after a semicolon."""
	parts = value.split("; ")
	parts = [part + ";" for part in parts[:-1]] + parts[-1:]
	lines = []
	line = name + ":"
	for part in parts:
		if len(line) + len(part) > limit:
			lines.append(line)
			line = "        " + part
		else:
			line = line + " " + part
	lines.append(line)
	return lines


def languages(name, value, limit):
	"""Languages with their weights, after a comma."""
	parts = value.split(",")
	parts = [part.strip() + "," for part in parts[:-1]] + [parts[-1].strip()]
	lines = []
	line = name + ":"
	for part in parts:
		if lines == [] and line == name + ":":
			line = line + " " + part
		elif len(line) + len(part) > limit:
			lines.append(line)
			line = " " + part
		else:
			line = line + " " + part
	lines.append(line)
	return lines


KINDS = {
	"subject": words,
	"comments": words,
	"from": addresses,
	"to": addresses,
	"cc": addresses,
	"reply-to": addresses,
	"references": identifiers,
	"in-reply-to": identifiers,
	"received": clauses,
	"content-type": parameters,
	"content-disposition": parameters,
	"authentication-results": results,
	"accept-language": languages,
}


def fold(name, value, limit=78):
	"""The lines of a header, without line ends."""
	return KINDS.get(name.lower(), words)(name, value, limit)
