// What kinds of model there are, and the words by which rows, answers and files know them. Nobody else spells or compares
// these words.

public import RNNKernelTable

/// Who makes a forecast.
public enum ModelKind: Sendable, Hashable {
    /// The value that has not changed for a day; nothing was fitted.
    case constant
    case lastValue
    case seasonalNaive
    case ridge
    case network(Cell)

    /// `constant`, `last-value`, `seasonal-naive`, `ridge`, or the network's cell: `elman`, `gru`, `lstm`, `relu`.
    public var name: String {
        switch self {
        case .constant: "constant"
        case .lastValue: "last-value"
        case .seasonalNaive: "seasonal-naive"
        case .ridge: "ridge"
        case .network(let cell): cell.rawValue
        }
    }

    /// The name that one model goes by: networks are told apart by their row in the store, the others have no rivals.
    public func name(id: Int64) -> String {
        switch self {
        case .constant, .lastValue, .seasonalNaive, .ridge: name
        case .network: "\(name)-\(id)"
        }
    }
}
