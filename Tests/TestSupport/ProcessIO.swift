// What the kernel counts of this process, and sizes of tests from the environment.

import Glibc

/// Bytes that this process sent to block devices.
public enum ProcessIO {
    /// `write_bytes` of /proc/self/io; 0 where the kernel does not count.
    public static func writtenBytes() -> Int64 {
        for line in SourceTree.contents(of: "/proc/self/io").split(separator: "\n") {
            let parts = line.split(separator: " ")
            if parts.first == "write_bytes:", parts.count == 2 { return Int64(parts[1]) ?? 0 }
        }
        return 0
    }
}

/// Sizes of slow tests: small in CI, full by a documented command.
public enum TestSize {
    /// A whole number from the environment.
    public static func value(_ name: String) -> Int? {
        guard let text = unsafe getenv(name) else { return nil }
        return Int(unsafe String(cString: text))
    }
}
