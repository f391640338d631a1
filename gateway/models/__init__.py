"""Model clients and the layers around them: retry, routing, breakers, prices."""
