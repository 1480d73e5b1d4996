// What is written while the daemon is killed, and what must be there afterwards. Every sample is known from its stream,
// its life and its number, so nothing needs to be remembered but how many were sent and how many acknowledged.

import Glibc
import Synchronization

/// One client's stream during one life of the daemon: samples 0, 1, 2, …
struct CrashStream: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        /// Lines that nobody waits for.
        case plain
        /// Lines with `sync`, waited for.
        case synced
        /// HTTP writes, waited for.
        case http
    }

    let kind: Kind
    /// The number of the daemon's life; each has 1000 s of event time of its own.
    let life: Int

    static let seriesCount = 7

    /// First second of this life.
    var start: Int64 { 1_600_000_000 + Int64(life) * 1000 }

    func timestamp(_ number: Int) -> Int64 { start * 1_000_000_000 + Int64(number) * 1_000_003 }

    func series(_ number: Int) -> String { "\(kind.rawValue){id=\(number % Self.seriesCount)}" }

    /// Any finite double, negative zero and subnormal ones included.
    func value(_ number: Int) -> Double {
        var random = SeededRandom(seed: UInt64(number) << 20 ^ UInt64(life) << 4 ^ UInt64(kind.rawValue.utf8.count))
        while true {
            let value = Double(bitPattern: random.next())
            if value.isFinite { return value }
        }
    }

    func lines(_ numbers: Range<Int>) -> String {
        numbers.map { "\(kind.rawValue),id=\($0 % Self.seriesCount) value=\(value($0)) \(timestamp($0))\n" }.joined()
    }

    /// Compares what the daemon has of this stream with what it must have.
    ///
    /// - Throws: at a lost, doubled, changed or invented sample; for plain lines also where the stored ones are not the
    ///   first so many of those sent.
    func verify(_ found: [String: SamplesReply], sent: Int, acknowledged: Int) throws {
        var present = [Bool](repeating: false, count: sent)
        var stored = 0
        for (name, samples) in found {
            for (timestamp, bits) in try samples.byTime() {
                let number = Int((timestamp - start * 1_000_000_000) / 1_000_003)
                guard number >= 0, number < sent, self.timestamp(number) == timestamp, series(number) == name else {
                    throw ProcessFailure("life \(life): \(name) has a sample at \(timestamp) that nobody sent")
                }
                guard bits == value(number).bitPattern else {
                    throw ProcessFailure("life \(life): sample \(number) of \(kind) has changed")
                }
                present[number] = true
                stored += 1
            }
        }
        if let lost = present.prefix(acknowledged).firstIndex(of: false) {
            throw ProcessFailure(
                "life \(life): sample \(lost) of \(kind) was acknowledged (\(acknowledged)) and is lost")
        }
        if kind == .plain, let gap = present.firstIndex(of: false), gap != stored {
            throw ProcessFailure("life \(life): plain lines have a gap at \(gap), though \(stored) are stored")
        }
    }
}

/// How far a stream came. Shared by the client's thread and the test.
final class CrashProgress: Sendable {
    private let counts = Mutex((sent: 0, acknowledged: 0))
    let isOver = Atomic(false)

    var sent: Int { counts.withLock { $0.sent } }
    var acknowledged: Int { counts.withLock { $0.acknowledged } }

    func willSend(_ count: Int) { counts.withLock { $0.sent += count } }
    func allAcknowledged() { counts.withLock { $0.acknowledged = $0.sent } }
}

extension CrashStream {
    /// Writes until the daemon is gone. It throws nothing: a broken connection is what it waits for.
    func write(to folder: (ingest: String, api: String), _ progress: CrashProgress, seed: UInt64) {
        var random = SeededRandom(seed: seed)
        func next(_ count: Int) -> String {
            let from = progress.sent
            progress.willSend(count)
            return lines(from..<from + count)
        }
        do {
            switch kind {
            case .plain:
                let client = try UnixClient(folder.ingest)
                while !progress.isOver.load(ordering: .relaxed) {
                    try client.send(next(Int.random(in: 1...60, using: &random)), upTo: 10)
                    pause(milliseconds: 10)
                }
            case .synced:
                let client = try UnixClient(folder.ingest)
                while !progress.isOver.load(ordering: .relaxed) {
                    try client.send(next(Int.random(in: 1...30, using: &random)) + "sync\n", upTo: 10)
                    guard try client.line(upTo: 30) == "ok \(progress.sent)" else { return }
                    progress.allAcknowledged()
                }
            case .http:
                let client = try HTTPClient(folder.api)
                while !progress.isOver.load(ordering: .relaxed) {
                    let reply = try client.post("/write", next(Int.random(in: 1...200, using: &random)), upTo: 30)
                    guard reply.status == 204 else { return }
                    progress.allAcknowledged()
                }
            }
        } catch {}
    }
}
