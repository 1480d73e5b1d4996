// Clients that write beside the test: plain threads, because they block, and Swift's own few must not.

import Glibc
import Synchronization

/// A thread that runs one body to its end.
final class SideThread {
    private final class Box: Sendable {
        let body: @Sendable () throws -> Void
        let failure = Mutex<(any Error)?>(nil)
        init(_ body: @escaping @Sendable () throws -> Void) { self.body = body }
    }

    private let box: Box
    private var thread = pthread_t()

    init(_ body: @escaping @Sendable () throws -> Void) {
        box = Box(body)
        let retained = unsafe Unmanaged.passRetained(box)
        let failed = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let box = unsafe Unmanaged<Box>.fromOpaque(argument).takeRetainedValue()
                do { try box.body() } catch { box.failure.withLock { $0 = error } }
                return nil
            }, retained.toOpaque())
        precondition(failed == 0, "the system has no more threads to give")
    }

    /// Waits for its end; its body must see to it that it ends.
    ///
    /// - Throws: what the body threw.
    func join() throws {
        _ = pthread_join(thread, nil)
        if let failure = box.failure.withLock({ $0 }) { throw failure }
    }
}
