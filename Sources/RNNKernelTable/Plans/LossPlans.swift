// The plans of what follows a forward pass: the loss, and the optimiser.

/// The pinball loss of seven quantiles at every lead, with the quantile offsets given at knots.
///
///     fan[n][q]  = base[n] + (1 - w) offset[k][q] + w offset[k + 1][q]     n between knots k and k + 1, w its place
///     loss       = sum over n, q of weight[n] max(tau_q e, (tau_q - 1) e),  e = target[n] - fan[n][q]
public struct PinballPlan: Sendable, Hashable {
    /// Leads.
    public let leads: Int
    /// Knots; `leads` of them if every lead has its own offsets.
    public let knots: Int
    /// `[knots]` scalars: lead (from 0) of each knot, ascending, the first 0, the last `leads - 1`.
    public let positions: Int
    /// `[leads]` scalars: weight of each lead.
    public let leadWeights: Int
    /// `[leads]` rows: the highway's forecast; replaced by its gradient.
    public let base: Int
    /// `[knots][7]` rows: quantile offsets; replaced by their gradient.
    public let offsets: Int
    /// `[leads]` rows; NaN where there is no target.
    public let targets: Int
    /// Windows in a minibatch.
    public let batch: Int

    /// A plan of the loss.
    public init(
        leads: Int, knots: Int, positions: Int, leadWeights: Int, base: Int, offsets: Int, targets: Int, batch: Int
    ) {
        self.leads = leads
        self.knots = knots
        self.positions = positions
        self.leadWeights = leadWeights
        self.base = base
        self.offsets = offsets
        self.targets = targets
        self.batch = batch
    }
}

/// The seven quantiles of every fan.
public let quantileLevels: [Double] = [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975]

/// One step of AdamW with clipping by the global norm (Loshchilov & Hutter 2019; Pascanu et al. 2013).
///
///     g  = gradient * min(1, clip / |gradient|)
///     m  = 0.9 m + 0.1 g          v = 0.999 v + 0.001 g^2
///     p -= rate * decay * p + rate * (m / c1) / (sqrt(v / c2) + 1e-8)
public struct AdamWPlan: Sendable, Hashable {
    /// Parameters; the arrays have room for the next multiple of 16.
    public let count: Int
    /// The parameters.
    public let parameters: Int
    /// The gradient.
    public let gradients: Int
    /// First moments.
    public let firstMoments: Int
    /// Second moments.
    public let secondMoments: Int

    /// A plan of the optimiser.
    public init(count: Int, parameters: Int, gradients: Int, firstMoments: Int, secondMoments: Int) {
        self.count = count
        self.parameters = parameters
        self.gradients = gradients
        self.firstMoments = firstMoments
        self.secondMoments = secondMoments
    }
}

/// The numbers of one AdamW step.
public struct AdamWStep: Sendable, Hashable {
    /// Learning rate of this step.
    public var rate: Float
    /// Weight decay.
    public var decay: Float
    /// Largest norm of the gradient.
    public var clip: Float
    /// 1 - 0.9^step
    public var firstCorrection: Float
    /// 1 - 0.999^step
    public var secondCorrection: Float

    /// The numbers of a step.
    public init(rate: Float, decay: Float, clip: Float, firstCorrection: Float, secondCorrection: Float) {
        self.rate = rate
        self.decay = decay
        self.clip = clip
        self.firstCorrection = firstCorrection
        self.secondCorrection = secondCorrection
    }
}

/// A loss of single numbers.
///
///     sum of squares     sum over outputs of (y - ŷ)^2                  the textbook's J
///     mean squared       its mean
///     Huber              mean of e^2 / 2 within 1, |e| - 1/2 beyond     (Huber 1964)
///     cross-entropy      mean of -y log p - (1 - y) log(1 - p), p = sigmoid(ŷ), of the probability of an event
public enum PointLoss: String, Sendable, CaseIterable {
    /// The sum of squared errors.
    case sumOfSquares = "sum-of-squares"
    /// The mean of squared errors.
    case meanSquared = "mse"
    /// Squares near 0, absolute values beyond 1.
    case huber
    /// Binary cross-entropy of a logit.
    case crossEntropy = "bce"
}

/// The plan of a loss of single numbers.
public struct PointLossPlan: Sendable, Hashable {
    /// Which loss.
    public let loss: PointLoss
    /// Rows of outputs.
    public let rows: Int
    /// `[rows]` rows: outputs; replaced by the gradient.
    public let outputs: Int
    /// `[rows]` rows; NaN where there is no target.
    public let targets: Int
    /// Windows in a minibatch.
    public let batch: Int

    /// A plan of the loss.
    public init(loss: PointLoss, rows: Int, outputs: Int, targets: Int, batch: Int) {
        self.loss = loss
        self.rows = rows
        self.outputs = outputs
        self.targets = targets
        self.batch = batch
    }
}
