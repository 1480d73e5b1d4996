// Lone lines that nobody waits for must not cost an fsync each. Five seconds by default; `FORECASTD_SECONDS=60` for the
// minute of the promise.

import TestSupport
import Testing

extension ProcessSuite {
    @Suite("Commit rate") struct CommitRateTests {
        @Test("100 lone lines a second cost at most 1.2 commits a second", .timeLimit(.minutes(10)))
        func loneLines() throws {
            let seconds = variable("FORECASTD_SECONDS").flatMap { Double($0) } ?? 5
            try DaemonUnderTest.with { daemon in
                try daemon.start()
                let client = try daemon.ingest()
                // The series exists, and its first commit is over.
                try client.send("lone value=0\nsync\n")
                #expect(try client.line() == "ok 1")
                let before = try #require(try daemon.status().store?.commits)
                let begin = ContinuousClock.now
                var sent = 0
                while true {
                    let passed = begin.duration(to: .now) / .seconds(1)
                    if passed >= seconds { break }
                    // As many as are due by now: a loaded machine makes it bursty, never slower.
                    while Double(sent) < passed * 100 {
                        try client.send("lone value=\(sent)\n")
                        sent += 1
                    }
                    pause(milliseconds: 5)
                }
                let commits = try #require(try daemon.status().store?.commits) - before
                let rate = Double(commits) / seconds
                print("commit rate: \(sent) lines in \(seconds) s, \(commits) commits, \(rate) a second")
                #expect(sent >= Int(seconds * 95))
                #expect(rate <= 1.2)
                try client.send("sync\n")
                #expect(try client.line() == "ok \(sent + 1)")
            }
        }
    }
}
