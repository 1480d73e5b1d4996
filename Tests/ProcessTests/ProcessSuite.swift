// All tests with a real process are under this one suite, one after the other: each needs the machine for itself.

import Testing

/// The root of the suites in this folder.
@Suite("The real process", .serialized, .timeLimit(.minutes(10))) enum ProcessSuite {}
