// How much CPU training may take and whose turn is next, under a clock that the test moves; no training runs.

import Testing

@testable import ForecastDaemon

@Suite("The training budget") struct TrainingBudgetTests {
    let hour: Int64 = 3_600_000_000_000

    @Test("five per cent of a core are 180 CPU seconds an hour, and no more in any hour after a full bucket")
    func share() {
        var budget = TrainingBudget(share: 0.05, now: 0)
        budget.charge(cpuSeconds: 180)
        #expect(!budget.allows)
        budget.fill(now: hour)
        #expect(abs(budget.inHand - 180) < 1e-6)
        budget.fill(now: 10 * hour)
        #expect(budget.inHand <= 180)
    }

    @Test("work over budget makes a debt of at most an hour's allowance, which time pays back")
    func debt() {
        var budget = TrainingBudget(share: 0.05, now: 0)
        budget.charge(cpuSeconds: 100_000)
        #expect(budget.inHand == -180)
        budget.fill(now: hour + 1_000_000_000)
        #expect(budget.allows)
    }

    @Test("a clock that goes back fills nothing and takes nothing")
    func clock() {
        var budget = TrainingBudget(share: 0.05, now: 10 * hour)
        budget.charge(cpuSeconds: 50)
        budget.fill(now: 0)
        #expect(budget.inHand == 130)
    }
}

@Suite("The training queue") struct TrainingQueueTests {
    @Test("what a person asked for goes first, then drifts, what bins wait for, first models, the calendar")
    func order() {
        var queue = TrainingQueue()
        queue.add(grid: 1, reason: .periodic, isAwaited: false, now: 0)
        queue.add(grid: 2, reason: .rung, isAwaited: false, now: 1)
        queue.add(grid: 3, reason: .periodic, isAwaited: true, now: 2)
        queue.add(grid: 4, reason: .drift, isAwaited: false, now: 3)
        queue.add(grid: 5, reason: .asked, isAwaited: false, now: 4)
        var order: [Int64] = []
        while let entry = queue.next(withinBudget: true) { order.append(entry.grid) }
        #expect(order == [5, 4, 3, 2, 1])
    }

    @Test("beyond the budget only bursts run: what is asked for, drifts, and what bins wait for")
    func budget() {
        var queue = TrainingQueue()
        queue.add(grid: 1, reason: .periodic, isAwaited: false, now: 0)
        queue.add(grid: 2, reason: .rung, isAwaited: false, now: 0)
        #expect(queue.next(withinBudget: false) == nil)
        queue.add(grid: 1, reason: .periodic, isAwaited: true, now: 5)
        #expect(queue.next(withinBudget: false)?.grid == 1)
        #expect(queue.count == 1)
    }

    @Test("a grid waits once; asking again only moves it up, and its wait goes on")
    func once() {
        var queue = TrainingQueue()
        queue.add(grid: 7, reason: .periodic, isAwaited: false, now: 1_000_000_000)
        queue.add(grid: 7, reason: .drift, isAwaited: false, now: 5_000_000_000)
        #expect(queue.count == 1)
        #expect(queue.debtSeconds(now: 11_000_000_000) == 10)
        #expect(queue.next(withinBudget: true)?.reason == .drift)
        #expect(queue.debtSeconds(now: 11_000_000_000) == 0)
    }
}
