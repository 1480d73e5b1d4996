// When the watchdog is answered: beats of writer and ingest under a clock that the test moves.

import Synchronization
import Testing

@testable import ForecastDaemon

@Suite("Signs of life") struct ProgressTests {
    /// A clock that only moves when told to, in seconds.
    private final class Hand: Sendable {
        private let nanoseconds = Mutex<Int64>(1_000_000_000_000)
        func advance(_ seconds: Int64) { nanoseconds.withLock { $0 += seconds * 1_000_000_000 } }
        var now: Int64 { nanoseconds.withLock { $0 } }
    }

    private let hand = Hand()
    private let progress: Progress

    init() {
        let hand = hand
        progress = Progress(now: { hand.now })
    }

    @Test("before the first beat it is alive: it has only just begun")
    func start() {
        #expect(progress.isAlive(within: .seconds(3)))
        hand.advance(3)
        #expect(!progress.isAlive(within: .seconds(3)))
    }

    @Test("one part that stopped is enough", arguments: [true, false])
    func onePart(writerStops: Bool) {
        hand.advance(5)
        if writerStops { progress.ingestBeat() } else { progress.writerBeat() }
        #expect(!progress.isAlive(within: .seconds(5)))
        progress.ingestBeat()
        progress.writerBeat()
        #expect(progress.isAlive(within: .seconds(5)))
    }

    @Test("a commit in flight counts for the writer, for 90 seconds and no longer", arguments: [true, false])
    func commit(writerStillBeats: Bool) {
        progress.commit(inFlight: 1)
        hand.advance(89)
        progress.commit(inFlight: 1)
        progress.ingestBeat()
        #expect(progress.isAlive(within: .seconds(3)))
        #expect(progress.commitSeconds == 89)
        hand.advance(1)
        progress.ingestBeat()
        if writerStillBeats { progress.writerBeat() }
        #expect(!progress.isAlive(within: .seconds(3)))
    }

    @Test("a commit does not excuse the ingest")
    func ingestHangs() {
        progress.commit(inFlight: 1)
        hand.advance(10)
        #expect(!progress.isAlive(within: .seconds(3)))
    }

    @Test("another commit begins its own time")
    func next() {
        progress.commit(inFlight: 1)
        hand.advance(80)
        progress.commit(inFlight: 2)
        hand.advance(20)
        #expect(progress.commitSeconds == 20)
        progress.commit(inFlight: nil)
        #expect(progress.commitSeconds == nil)
    }
}
