// Streams rounds of this host's metrics to the ingest socket, and survives the daemon's restarts.
//
// Every round ends with `sync`, and leaves memory only when the daemon has said that it is on disk: what a crash or a
// restart swallowed is sent again, which is harmless, since one timestamp written twice is one sample. While nobody
// listens, the last rounds are kept; of more, the oldest go.
internal import FoundationEssentials
internal import Glibc

/// The loop behind `forecastd host`.
package struct HostFeeder {
    /// Rounds kept while there is no daemon: ten minutes at 10 s, a few hundred kB.
    private static let kept = 60
    /// A daemon that does not acknowledge for so long is connected to anew.
    private static let patience = 20

    /// Seconds.
    private let every: Double
    private let search: SocketSearch
    private let isQuiet: Bool
    private let host: String
    private var round: HostRound
    private var waiting: [String] = []

    /// - Parameters:
    ///   - every: time between two rounds, which fall on multiples of it.
    ///   - socket: path of the ingest socket; nil searches.
    package init(every: Duration, socket: String?, isQuiet: Bool) {
        self.every = Double(Durations.nanoseconds(every)) / 1e9
        self.isQuiet = isQuiet
        search = SocketSearch(door: .ingest, flag: socket)
        host = ProcessInfo.processInfo.hostName
        round = HostRound(host: host)
    }

    /// One round as text, with CPU usage over half a second.
    package mutating func once() -> String {
        _ = round.lines(at: 0)
        usleep(500_000)
        return round.lines(at: HostFeeder.now())
    }

    /// Until the process is ended.
    package mutating func run() throws(ClientError) -> Never {
        var connection: SocketSearch.Found?
        var isTold = false
        _ = round.lines(at: 0)  // usage is a difference: the first round has it, too
        while true {
            let time = nextRound()
            waiting.append(round.lines(at: time))
            if waiting.count > HostFeeder.kept { waiting.removeFirst(waiting.count - HostFeeder.kept) }
            do throws(ClientError) {
                let open: SocketSearch.Found
                if let held = connection.take() { open = held } else { open = try connect() }
                isTold = false
                try send(over: open.descriptor)
                connection = consume open
            } catch {
                connection = nil
                if case .noPermission = error { throw error }
                if !isTold {
                    let rate = Wording.duration(seconds: every)
                    Descriptor.write("forecastd host: \(error)\nTrying again every \(rate).\n", to: 2)
                }
                isTold = true
            }
        }
    }

    private func connect() throws(ClientError) -> SocketSearch.Found {
        let found = try search.connect()
        if !isQuiet {
            let rate = Wording.duration(seconds: every)
            Descriptor.write("forecastd host: streaming \(host) to \(found.path) every \(rate)\n", to: 2)
        }
        return found
    }

    /// Sends what waits, and forgets it once acknowledged.
    private mutating func send(over descriptor: borrowing Descriptor) throws(ClientError) {
        var answer: [UInt8] = []
        do throws(DescriptorError) {
            try descriptor.write(Array((waiting.joined() + "sync\n").utf8))
            while answer.last != UInt8(ascii: "\n") {
                let bytes = try descriptor.read(upTo: 4096, patience: HostFeeder.patience)
                if bytes.isEmpty { throw DescriptorError(code: ECONNRESET, attempt: "the daemon has gone") }
                answer += bytes
            }
        } catch {
            throw .interrupted(path: "the ingest socket", reason: error.description)
        }
        guard answer.starts(with: "ok ".utf8) else {
            // `error: …`: what waits is sent again.
            let reason = String(decoding: answer.dropLast(), as: UTF8.self)
            throw .interrupted(path: "the ingest socket", reason: PrintableText.onTerminal(reason))
        }
        waiting.removeAll()
    }

    /// Sleeps until the next multiple of the interval and returns it, nanoseconds since 1970.
    private func nextRound() -> Int64 {
        let now = Double(HostFeeder.now()) / 1e9
        let next = (now / every).rounded(.down) * every + every
        var left = next - now
        while left > 0 {
            usleep(UInt32(min(left, 0.9) * 1e6) + 100)  // usleep(3) takes less than a second
            left = next - Double(HostFeeder.now()) / 1e9
            if left > every * 2 { break }  // the clock was set back: no round waits for it to come again
        }
        return Int64((next * 1e9).rounded())
    }

    private static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1e6) * 1000 }
}
