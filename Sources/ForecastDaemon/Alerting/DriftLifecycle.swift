// The life of a drift alert as a state machine: one open alert a series.
//
//     learning -> ok                 the statistic exists
//     ok       -> pending            at or above the limit
//     pending  -> ok                 below it
//     pending  -> firing             3 rows running at or above the limit                        fire
//     any but firing, cooling -> firing   the series has left its constant value                 fire
//     firing   -> cooling            10 rows running below 0.8 of the limit                      resolve
//     firing   -> cooling            accepted (by hand, or stable for long enough)
//     cooling  -> ok                 50 rows; after an acceptance until a day of the new normal is known   settle
//
// It counts rows, so a gap moves nothing: an alert whose input stops stays firing. It takes what a row says and
// returns what is to be done; what the words mean in numbers is the detector's.

/// Where the alert of a series stands.
enum DriftPhase: Hashable, Sendable {
    case learning
    case ok
    /// Rows running at or above the limit, 1 or 2.
    case pending(rows: Int)
    /// Rows running well below the limit, 0…9.
    case firing(calm: Int)
    /// Rows left in which no alert begins.
    case cooling(left: Int)
}

/// What one row says.
enum DriftLevel: Hashable, Sendable {
    /// Nothing yet: too little to compare with.
    case unknown
    /// Below 0.8 of the limit.
    case calm
    /// Between 0.8 of the limit and the limit.
    case raised
    /// At or above the limit.
    case beyond
    /// Not to be waited for: three rows beside a value that had been constant.
    case departed
}

/// The state machine.
struct DriftLifecycle: Hashable, Sendable {
    static let rowsToFire = 3
    static let rowsToResolve = 10
    static let rowsToCool = 50

    enum Action: Hashable, Sendable {
        case none, fire, resolve, settle
    }

    var phase = DriftPhase.learning

    /// Takes what a row says.
    mutating func observe(_ level: DriftLevel) -> Action {
        switch phase {
        case .learning, .ok, .pending: return watch(level)
        case .firing(let calm):
            switch level {
            case .calm:
                guard calm + 1 >= Self.rowsToResolve else {
                    phase = .firing(calm: calm + 1)
                    return .none
                }
                phase = .cooling(left: Self.rowsToCool)
                return .resolve
            case .raised, .beyond, .departed, .unknown:
                phase = .firing(calm: 0)
                return .none
            }
        case .cooling(let left):
            guard left <= 1 else {
                phase = .cooling(left: left - 1)
                return .none
            }
            phase = level == .unknown ? .learning : .ok
            return .settle
        }
    }

    /// The open incident is accepted. No alert begins for `rows`, at least the usual cool-down.
    mutating func accept(coolFor rows: Int) {
        phase = .cooling(left: max(rows, Self.rowsToCool))
    }

    private mutating func watch(_ level: DriftLevel) -> Action {
        switch level {
        case .unknown:
            phase = .learning
            return .none
        case .calm, .raised:
            phase = .ok
            return .none
        case .departed:
            phase = .firing(calm: 0)
            return .fire
        case .beyond:
            var rows = 1
            if case .pending(let before) = phase { rows = before + 1 }
            guard rows >= Self.rowsToFire else {
                phase = .pending(rows: rows)
                return .none
            }
            phase = .firing(calm: 0)
            return .fire
        }
    }
}
