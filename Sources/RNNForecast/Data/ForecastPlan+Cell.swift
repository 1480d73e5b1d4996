// Choosing the recurrent cell by its name: what a command line has, without opening the kernels' types to it.

internal import RNNKernelTable

extension ForecastPlan {
    /// The cells there are, as they are named in models and options.
    public static var cellNames: [String] { Cell.allCases.map(\.rawValue) }

    /// The plan with the cell of this name; nil if there is none.
    public func with(cellNamed name: String) -> ForecastPlan? {
        guard let cell = Cell(rawValue: name) else { return nil }
        var plan = self
        plan.cell = cell
        return plan
    }
}
