"""Making targets of what people have, with a look at how it runs in a sandbox."""
