// The real binary as a process of its own, in a folder of its own, ended with the test whatever happens. It is found by
// the environment variable FORECASTD_BINARY, else beside the test bundle, where `swift build` puts it.

import Glibc
import TestSupport

/// A daemon that a test starts, asks, kills and starts again on the same store.
final class DaemonUnderTest {
    let folder: String
    private let configuration: String?
    private let environment: [String: String]
    private(set) var child: Child?

    /// Where the binary is.
    static let binary: String = {
        if let given = variable("FORECASTD_BINARY") { return given }
        var path = [CChar](repeating: 0, count: 4096)
        let count = unsafe readlink("/proc/self/exe", &path, path.count - 1)
        let own = String(decoding: path.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return own.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
            + "/forecastd"
    }()

    /// Runs `body` with a daemon in a folder that is gone afterwards. It is not started yet.
    ///
    /// - Parameter configuration: text of a YAML file; nil: defaults.
    static func with<Result>(
        configuration: String? = nil, environment: [String: String] = [:],
        _ body: (DaemonUnderTest) throws -> Result
    ) throws -> Result {
        guard Files.exists(binary) else {
            throw ProcessFailure("no binary at \(binary): build it, or name one in FORECASTD_BINARY")
        }
        return try TemporaryFolder.with { folder in
            let daemon = DaemonUnderTest(folder, configuration: configuration, environment: environment)
            defer { daemon.child?.killNow() }
            do {
                if let configuration { try Files.write(configuration, to: daemon.configurationPath) }
                return try body(daemon)
            } catch {
                print("the daemon's log ends with\n\(daemon.log.suffix(2000))")
                throw error
            }
        }
    }

    private init(_ folder: String, configuration: String?, environment: [String: String]) {
        self.folder = folder
        self.configuration = configuration
        self.environment = environment
    }

    var stateDirectory: String { folder + "/state" }
    var store: String { stateDirectory + "/forecasts.db" }
    var ingestPath: String { folder + "/run/ingest.sock" }
    var apiPath: String { folder + "/run/api.sock" }
    var configurationPath: String { folder + "/forecastd.yaml" }
    private var logPath: String { folder + "/log" }

    /// Everything it has logged, over all its lives.
    var log: String { (try? Files.read(logPath)).map { String(decoding: $0, as: UTF8.self) } ?? "" }

    /// The command line of `run` for this folder.
    var command: [String] {
        var words = [Self.binary, "run", "--state-directory", stateDirectory, "--runtime-directory", folder + "/run"]
        if configuration != nil { words += ["--config", configurationPath] }
        return words
    }

    // Its life

    /// Starts the process, without waiting.
    func launch() throws {
        child = try Child(command, environment: ["TZ": "UTC"].merging(environment) { $1 }, errors: logPath)
    }

    /// Starts it and waits until it is ready.
    func start(upTo seconds: Double = 60) throws {
        try launch()
        try wait(for: "the daemon to be ready", upTo: seconds) {
            if let ending = child?.ending { throw ProcessFailure("the daemon ended at its start: \(ending)\n\(log)") }
            return (try? api().get("/-/ready", upTo: 5).status) == 200
        }
    }

    /// Asks it to stop and waits for its end.
    @discardableResult
    func stop(upTo seconds: Double = 30) throws -> Child.Ending {
        guard let child else { throw ProcessFailure("the daemon was not started") }
        child.signal(SIGTERM)
        return try child.wait(upTo: seconds, "the daemon's end after SIGTERM")
    }

    /// `kill -9`.
    func kill() { child?.killNow() }

    // Asking it

    func api() throws -> HTTPClient { try HTTPClient(apiPath) }
    func ingest() throws -> UnixClient { try UnixClient(ingestPath) }

    /// A subcommand of the same binary, as a client of this daemon.
    func run(_ arguments: String..., upTo seconds: Double = 60) throws -> Tool.Result {
        try Tool.run(
            [Self.binary] + arguments, in: folder, environment: ["FORECASTD_SOCKET": apiPath, "TZ": "UTC"],
            upTo: seconds)
    }

    func status() throws -> StatusReply { try api().get("/v1/status").decode(StatusReply.self) }

    /// Samples of every series that a selector matches, by series.
    ///
    /// - Parameters:
    ///   - from, to: seconds since 1970.
    func samples(
        _ selector: String, from: Int64 = 0, to: Int64 = 9_000_000_000, upTo seconds: Double = 120
    ) throws -> [String: SamplesReply] {
        let path = "/v1/samples?from=\(from)&to=\(to)&match=" + Self.escaped(selector)
        let reply = try api().get(path, upTo: seconds)
        if reply.status == 404 { return [:] }
        guard reply.status == 200 else { throw ProcessFailure("\(path): \(reply.status) \(reply.text)") }
        let found = try reply.decode([SamplesReply].self)
        return Dictionary(found.map { ($0.series, $0) }) { $1 }
    }

    /// Rows of a query on the store file, without the title line.
    func sql(_ query: String) throws -> [[String]] {
        let result = try run("sql", "--store", store, query)
        guard result.ending == .exit(0) else { throw ProcessFailure("\(query): \(result.errors)") }
        return result.text.split(separator: "\n").dropFirst().map { line in
            line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }

    /// A whole table in the order of its ids; nothing if nobody has needed it yet.
    func rows(of table: String) throws -> [[String]] {
        guard try !sql("SELECT 1 FROM sqlite_schema WHERE name = '\(table)'").isEmpty else { return [] }
        return try sql("SELECT * FROM \(table) ORDER BY id")
    }

    /// Percent-encoded for a query.
    static func escaped(_ text: String) -> String {
        let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~".utf8)
        let digits = Array("0123456789ABCDEF")
        return text.utf8.map { byte in
            plain.contains(byte)
                ? String(UnicodeScalar(byte)) : "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
        }.joined()
    }

    /// How many descriptors it has open.
    func descriptors() -> Int {
        guard let pid = child?.pid, let result = try? Tool.run(["ls", "/proc/\(pid)/fd"], in: folder) else { return 0 }
        return result.text.split(separator: "\n").count
    }

    /// Kilobytes of memory it has in use now, and had at most.
    func memory() -> (resident: Int, peak: Int) {
        guard let pid = child?.pid, let text = try? Files.read("/proc/\(pid)/status") else { return (0, 0) }
        func field(_ name: String) -> Int {
            let line = String(decoding: text, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix(name) }
            return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
        }
        return (field("VmRSS:"), field("VmHWM:"))
    }
}
