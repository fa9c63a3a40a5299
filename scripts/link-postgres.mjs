// replaced by the launcher work
