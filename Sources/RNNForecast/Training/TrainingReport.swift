// What a training went through, for the model's row and for the curious.

/// Measures of one training.
public struct TrainingReport: Sendable, Hashable {
    /// Minibatches done.
    public var iterations = 0
    /// Mean loss of the last tenth of the minibatches, in units of the window's scale.
    public var finalLoss = 0.0
    /// Largest norm of a gradient before clipping: far above 1 means exploding gradients.
    public var largestGradientNorm = 0.0
    /// Smallest norm: near 0 from the start means vanishing ones.
    public var smallestGradientNorm = Double.infinity
    /// Minibatches left out because loss or gradient was not finite.
    public var skipped = 0
    /// Why the candidate was not accepted, empty if it was.
    public var rejection = ""

    /// Nothing measured yet.
    public init() {}

    mutating func note(loss: Float, norm: Float) {
        iterations += 1
        guard loss.isFinite, norm.isFinite else {
            skipped += 1
            return
        }
        finalLoss += (Double(loss) - finalLoss) / Double(min(iterations, 30))
        largestGradientNorm = max(largestGradientNorm, Double(norm))
        smallestGradientNorm = min(smallestGradientNorm, Double(norm))
    }
}
