// Threads of our own, beside Swift's cooperative pool: trainers must never block it, and must not resume continuations
// themselves, because a low-priority thread that does so may create pool threads that inherit its priority (found by
// running: 7 of 30 runs). So a trainer hands its result to the clerk, a thread of normal priority, which resumes.

import CPlatform
import Glibc
import Synchronization

/// A detached POSIX thread that runs one closure.
enum PlainThread {
    private final class Box: Sendable {
        let name: String
        let body: @Sendable () -> Void
        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Starts a thread; `name` shows in `top -H` (15 bytes).
    static func start(name: String, _ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let box = unsafe Unmanaged.passRetained(Box(name: name, body: body))
        let failed = unsafe pthread_create(
            &thread, nil,
            { argument in
                // The argument is the retained box given below: never nil.
                guard let argument = unsafe argument else { return nil }
                let box = unsafe Unmanaged<Box>.fromOpaque(argument).takeRetainedValue()
                unsafe platform_name_thread(box.name)
                box.body()
                return nil
            }, box.toOpaque())
        precondition(failed == 0, "the system has no more threads to give: \(SystemError.reason(failed))")
        pthread_detach(thread)
    }
}

/// A queue that plain threads wait on: `put` never blocks, `take` waits until there is something.
///
/// Unbounded by itself; its users bound it (a trainer's queue holds at most one job for each grid).
final class Mailbox<Item: Sendable>: Sendable {
    private let items = Mutex<[Item]>([])
    private let bell: Bell

    init() { bell = Bell() }

    func put(_ item: sending Item) {
        items.withLock { $0.append(item) }
        bell.ring()
    }

    /// The oldest item; blocks the calling thread, so never call it from a task.
    func take() -> Item {
        while true {
            if let item = items.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return item }
            bell.wait()
        }
    }
}

/// A POSIX semaphore.
@safe final class Bell: @unchecked Sendable {  // sem_t is made to be shared between threads
    private let semaphore: UnsafeMutablePointer<sem_t>

    init() {
        unsafe semaphore = .allocate(capacity: 1)
        unsafe sem_init(semaphore, 0, 0)
    }

    deinit {
        unsafe sem_destroy(semaphore)
        unsafe semaphore.deallocate()
    }

    func ring() { unsafe sem_post(semaphore) }

    func wait() {
        while unsafe sem_wait(semaphore) != 0 {}  // EINTR: wait again
    }
}

/// The thread of normal priority that finishes what trainers began.
final class Clerk: Sendable {
    private let mailbox = Mailbox<@Sendable () -> Void>()

    init() {
        let mailbox = mailbox
        PlainThread.start(name: "clerk") { while true { mailbox.take()() } }
    }

    func pass(_ work: @escaping @Sendable () -> Void) { mailbox.put(work) }
}
