// All tests with a real process are under this one suite, one after the other: each needs the machine for itself.

import TestSupport
import Testing

/// The root of the suites in this folder.
///
/// Of a suite's limit and a test's the shorter holds: two hundred kills take twenty minutes.
@Suite(
    "The real process", .serialized, .timeLimit(.minutes(TestSize.value("FORECASTD_KILLS") == nil ? 10 : 120)))
enum ProcessSuite {}
