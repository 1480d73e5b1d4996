// The threads on which trainings run: plain threads at nice 19, never Swift's cooperative pool. A job is a closure that
// computes; its result goes back through the clerk, a thread of normal priority, because a low-priority thread that
// resumes a task may leave its priority to the pool. At stop nobody waits for them: the flag is set, the store closes.

import CPlatform
import Synchronization

/// A fixed number of low-priority threads.
final class TrainingThreads: Sendable {
    private let mailbox = Mailbox<@Sendable () -> Void>()
    private let clerk = Clerk()
    private let stopping = Atomic(false)
    private let observedNice = Atomic(0)

    /// The nice value of the threads: measured, 19 leaves 99 % of a busy core to others and still makes progress where
    /// SCHED_IDLE can hang a minibatch for five seconds.
    static let nice: CInt = 19

    init(count: Int) {
        for index in 0..<count {
            PlainThread.start(name: "trainer-\(index)") { [self] in
                observedNice.store(Int(platform_be_guest(Self.nice)), ordering: .relaxed)
                while true { mailbox.take()() }
            }
        }
    }

    /// What the kernel made of our wish to be polite, for the log: a sandbox may deny it.
    var actualNice: Int { observedNice.load(ordering: .relaxed) }

    /// Tells running work to end at its next minibatch, and keeps new work from starting.
    func stop() { stopping.store(true, ordering: .relaxed) }

    /// Runs `work` on a training thread.
    ///
    /// - Parameter work: gets a closure that says whether to stop; called between minibatches.
    /// - Returns: its result and the CPU seconds of the thread that it took.
    func run<Result: Sendable>(
        _ work: @escaping @Sendable (_ shouldStop: () -> Bool) -> Result
    ) async -> (result: Result, cpuSeconds: Double) {
        await withCheckedContinuation { continuation in
            mailbox.put { [self] in
                let before = platform_thread_cpu_nanoseconds()
                let result = work { [self] in stopping.load(ordering: .relaxed) }
                let seconds = Double(platform_thread_cpu_nanoseconds() - before) / 1e9
                clerk.pass { continuation.resume(returning: (result, seconds)) }
            }
        }
    }
}
