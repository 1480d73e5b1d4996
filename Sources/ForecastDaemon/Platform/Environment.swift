// The process's surroundings: environment variables, directories, files at the edge. This is the one room of the daemon
// in which libc's pointer-taking calls are made, so that the word `unsafe` does not wander; everything above it speaks
// of strings and errors.

import CPlatform
import Glibc

/// What the process was started with, and the few things it does to the file system itself.
enum Environment {
    /// The value of an environment variable; nil when it is not set or empty.
    static func value(_ name: String) -> String? {
        guard let pointer = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: pointer)
        return text.isEmpty ? nil : text
    }

    /// Removes variables, so that children do not inherit what was meant for us (LISTEN_FDS and its kin).
    static func remove(_ names: [String]) {
        for name in names { _ = unsafe unsetenv(name) }
    }

    /// Whether standard error goes to the journal: `JOURNAL_STREAM` names its device and inode. The variable alone does
    /// not say so, since everything started from a terminal of a desktop session inherits it (systemd.exec(5)).
    static var standardErrorIsJournal: Bool {
        guard let stream = value("JOURNAL_STREAM") else { return false }
        return unsafe platform_is_stream(2, stream) == 1
    }

    /// Creates a directory and its missing parents. An existing one is left as it is.
    ///
    /// - Throws: `SystemError` naming the directory and the reason.
    static func makeDirectory(_ path: String, mode: mode_t) throws(SystemError) {
        if isDirectory(path) { return }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try makeDirectory(String(path[..<slash]), mode: mode)
        }
        guard unsafe mkdir(path, mode) == 0 || errno == EEXIST else {
            throw SystemError(doing: "create the directory \(path)", code: errno)
        }
    }

    /// Whether a directory is there.
    static func isDirectory(_ path: String) -> Bool {
        guard let handle = unsafe opendir(path) else { return false }
        unsafe closedir(handle)
        return true
    }

    /// Whether a name exists, whatever it is.
    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Processors that may be used.
    static var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    /// This process.
    static var processID: Int32 { getpid() }

    /// Whether the name is a socket.
    static func isSocket(_ path: String) -> Bool {
        unsafe platform_is_socket(path) == 1
    }

    /// Removes a name; says whether it was there.
    @discardableResult
    static func removeFile(_ path: String) -> Bool { unsafe unlink(path) == 0 }

    /// The whole of a small file.
    ///
    /// - Throws: `SystemError` naming the file and the reason.
    static func contents(of path: String) throws(SystemError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError(doing: "open \(path)", code: errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe piece.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            if count > 0 { bytes.append(contentsOf: piece[..<count]) }
            if count == 0 { return bytes }
            if count < 0 && errno != EINTR { throw SystemError(doing: "read \(path)", code: errno) }
        }
    }

    /// Resident memory of this process in bytes, as the kernel counts it.
    static func residentBytes() -> Int64 {
        guard let bytes = try? contents(of: "/proc/self/statm") else { return 0 }
        let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard fields.count > 1, let pages = Int64(fields[1]) else { return 0 }
        return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// Wall clock, nanoseconds since 1970 UTC.
    static func now() -> Int64 { platform_wall_nanoseconds() }

    /// The monotonic clock in microseconds, as `MONOTONIC_USEC=` wants it.
    static func monotonicMicroseconds() -> Int64 { platform_monotonic_nanoseconds() / 1000 }

    /// CPU seconds of the whole process so far, user and system.
    static func processCPUSeconds() -> Double { Double(platform_process_cpu_nanoseconds()) / 1e9 }
}

/// A path from the root on, for whoever has another working directory.
package func absolutePath(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    guard let here = unsafe getcwd(nil, 0) else { return path }
    defer { unsafe free(here) }
    return unsafe String(cString: here) + "/" + path
}

/// A system call that failed: what was being done, and the kernel's reason.
struct SystemError: Error, Equatable, CustomStringConvertible {
    let doing: String
    let code: CInt

    var description: String { "cannot \(doing): \(Self.reason(code))" }

    /// The kernel's words for an error number.
    static func reason(_ code: CInt) -> String {
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}
