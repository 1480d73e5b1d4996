// A command that is asked to end in the middle of something long says first how far it has come, and then ends as the
// signal would have ended it: its parent sees the signal, a shell 128 + its number.

import Glibc
import Synchronization

/// What is said when SIGINT, SIGTERM or SIGHUP comes.
package enum Interruption {
    private static let signals = [(SIGINT, "SIGINT"), (SIGTERM, "SIGTERM"), (SIGHUP, "SIGHUP")]

    /// From now on a thread waits for them. To be called before the process has threads that do not know of it: they are
    /// blocked for those that come after.
    ///
    /// - Parameter sentence: gets the signal's name; it is asked on another thread, and goes to standard error.
    package static func say(_ sentence: @escaping @Sendable (String) -> String) {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for (number, _) in signals where !isIgnored(number) { unsafe sigaddset(&set, number) }
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        let waited = set
        PlainThread.start(name: "interruption") {
            var set = waited
            var number: CInt = 0
            while unsafe sigwait(&set, &number) != 0 {}
            let name = signals.first { $0.0 == number }?.1 ?? "signal \(number)"
            Descriptor.write(sentence(name), to: 2)
            signal(number, SIG_DFL)
            unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
            raise(number)
        }
    }

    /// As `nohup` leaves SIGHUP: what the parent wants ignored stays so.
    private static func isIgnored(_ number: CInt) -> Bool {
        let before = signal(number, SIG_IGN)
        signal(number, before)
        return unsafe unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}

/// A count that one thread keeps and another may read.
package final class SharedCount: Sendable {
    private let count = Atomic<Int64>(0)

    package init() {}

    package var value: Int64 {
        get { count.load(ordering: .relaxed) }
        set { count.store(newValue, ordering: .relaxed) }
    }
}
