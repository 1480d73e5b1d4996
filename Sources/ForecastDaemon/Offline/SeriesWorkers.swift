// Many series on several cores, results in the order of the input. One series is one piece of work from its first
// value to its last, so what is computed cannot depend on how many workers there are.

/// Runs numbered pieces of work side by side.
enum SeriesWorkers {
    /// Results that wait for an earlier one are bounded: work further ahead than this many times the workers waits.
    private static let ahead = 4

    /// - Parameters:
    ///   - count: pieces of work.
    ///   - threads: how many run at once, at least 1; the machine's cores bound it too.
    ///   - work: computes one piece; runs anywhere.
    ///   - each: takes a result; called in order of the pieces, one at a time.
    static func run<Output: Sendable>(
        count: Int, threads: Int, work: @escaping @Sendable (Int) throws -> Output,
        each: (Int, Output) throws -> Void
    ) async throws {
        let threads = max(1, threads)
        var waiting: [Int: Output] = [:]
        var flushed = 0
        var started = 0
        try await withThrowingTaskGroup(of: (Int, Output).self) { group in
            func start() {
                while started < count, started - flushed < threads * ahead, started - flushed - waiting.count < threads
                {
                    let index = started
                    group.addTask { (index, try work(index)) }
                    started += 1
                }
            }
            start()
            while let (index, output) = try await group.next() {
                waiting[index] = output
                while let next = waiting.removeValue(forKey: flushed) {
                    try each(flushed, next)
                    flushed += 1
                }
                start()
            }
        }
    }
}
