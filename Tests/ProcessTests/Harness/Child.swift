// Other programs as children: the daemon under test, and tools such as curl and gzip. Input and output are files, so
// that no pipe can fill up and stop both sides.

import Glibc

/// A started process. Whoever starts it ends it: `kill` and `wait` before the folder goes.
final class Child {
    let pid: pid_t
    private var status: Int32?

    /// Starts a program, found by PATH unless its name has a slash.
    ///
    /// - Parameters:
    ///   - environment: replaces the test's own, which is passed on without what would confuse a daemon.
    ///   - input, output, errors: files; nothing is `/dev/null`. `output` and `errors` are appended to.
    init(
        _ command: [String], environment: [String: String] = [:], input: String = "/dev/null",
        output: String = "/dev/null", errors: String = "/dev/null"
    ) throws {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        var arguments = unsafe command.map { unsafe strdup($0) }
        unsafe arguments.append(nil)
        var variables = unsafe Self.variables(environment).map { unsafe strdup($0) }
        unsafe variables.append(nil)
        defer {
            unsafe arguments.forEach { unsafe free($0) }
            unsafe variables.forEach { unsafe free($0) }
        }
        var pid = pid_t()
        let failed = unsafe posix_spawnp(&pid, command[0], &actions, nil, arguments, variables)
        guard failed == 0 else { throw ProcessFailure("cannot start \(command[0]): error \(failed)") }
        self.pid = pid
    }

    private static func variables(_ extra: [String: String]) -> [String] {
        let hidden = ["NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "STATE_DIRECTORY", "RUNTIME_DIRECTORY"]
        var all: [String: String] = [:]
        for name in ["PATH", "HOME", "LANG", "LD_LIBRARY_PATH"] { all[name] = variable(name) }
        all.merge(extra) { $1 }
        for name in hidden where extra[name] == nil { all[name] = nil }
        return all.map { "\($0.key)=\($0.value)" }
    }

    deinit {
        if status == nil {
            Glibc.kill(pid, SIGKILL)
            _ = waitpid(pid, nil, 0)
        }
    }

    /// How it ended; nil while it runs.
    enum Ending: Equatable {
        case exit(Int32)
        case signal(Int32)
    }

    var ending: Ending? {
        if status == nil {
            var found: Int32 = 0
            if unsafe waitpid(pid, &found, WNOHANG) == pid { status = found }
        }
        return status.map { $0 & 0x7F == 0 ? .exit(($0 >> 8) & 0xFF) : .signal($0 & 0x7F) }
    }

    func signal(_ number: Int32) {
        if ending == nil { Glibc.kill(pid, number) }
    }

    /// Waits for its end.
    @discardableResult
    func wait(upTo seconds: Double, _ what: String = "the end of a process") throws -> Ending {
        let deadline = Deadline.after(seconds)
        while true {
            if let ending { return ending }
            guard !deadline.hasPassed else { throw ProcessFailure("waited \(seconds) s in vain: \(what)") }
            pause(milliseconds: 5)
        }
    }

    /// Ends it at once and reaps it.
    func killNow() {
        signal(SIGKILL)
        _ = try? wait(upTo: 60)
    }
}

/// A program that runs to its end.
enum Tool {
    struct Result {
        let ending: Child.Ending
        let output: [UInt8]
        let errors: String
        var text: String { String(decoding: output, as: UTF8.self) }
    }

    /// Whether a program is there.
    static func exists(_ name: String) -> Bool {
        (variable("PATH") ?? "/usr/bin:/bin").split(separator: ":").contains {
            unsafe access("\($0)/\(name)", X_OK) == 0
        }
    }

    /// Runs a program with files of its own in `folder`.
    static func run(
        _ command: [String], in folder: String, environment: [String: String] = [:], input: [UInt8]? = nil,
        upTo seconds: Double = 60
    ) throws -> Result {
        let base = "\(folder)/tool-\(UInt64.random(in: 0...UInt64.max))"
        defer { for name in ["in", "out", "err"] { _ = unsafe unlink("\(base).\(name)") } }
        if let input { try Files.write(input, to: base + ".in") }
        let child = try Child(
            command, environment: environment, input: input == nil ? "/dev/null" : base + ".in",
            output: base + ".out", errors: base + ".err")
        let ending = try child.wait(upTo: seconds, "the end of `\(command.joined(separator: " "))`")
        return Result(
            ending: ending, output: try Files.read(base + ".out"),
            errors: String(decoding: try Files.read(base + ".err"), as: UTF8.self))
    }
}

/// Whole files.
enum Files {
    static func write(_ bytes: [UInt8], to path: String) throws {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        guard file >= 0 else { throw ProcessFailure("cannot write \(path): error \(errno)") }
        defer { close(file) }
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes[written...].withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { throw ProcessFailure("cannot write \(path): error \(errno)") }
            written += count
        }
    }

    static func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

    static func read(_ path: String) throws -> [UInt8] {
        let file = unsafe open(path, O_RDONLY)
        guard file >= 0 else { throw ProcessFailure("cannot read \(path): error \(errno)") }
        defer { close(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = unsafe piece.withUnsafeMutableBytes { unsafe Glibc.read(file, $0.baseAddress, $0.count) }
            guard count >= 0 else { throw ProcessFailure("cannot read \(path): error \(errno)") }
            if count == 0 { return bytes }
            bytes += piece[..<count]
        }
    }

    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }
}

extension Files {
    /// Writes a file until the file system is full.
    static func fill(_ path: String) throws {
        let file = unsafe open(path, O_WRONLY | O_CREAT, 0o644)
        guard file >= 0 else { throw ProcessFailure("cannot write \(path): error \(errno)") }
        defer { close(file) }
        let piece = [UInt8](repeating: 1, count: 4096)
        while unsafe piece.withUnsafeBytes({ unsafe Glibc.write(file, $0.baseAddress, $0.count) }) > 0 {}
    }
}
