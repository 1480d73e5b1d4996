// Linear equations with a symmetric positive definite matrix, for many right-hand sides, by Cholesky's decomposition.
//
//     A = L Lᵀ          L y = b          Lᵀ x = y

/// Replaces the lower half of `matrix` (`[n][n]`) by L, `right` (`[n][columns]`) by the solutions. False, with both
/// spoiled, if a pivot is not positive.
@inline(never)
func solvePositive(
    _ n: Int, _ columns: Int, _ matrix: UnsafeMutablePointer<Double>, _ right: UnsafeMutablePointer<Double>
) -> Bool {
    for i in 0..<n {
        let row = unsafe matrix + i &* n
        for j in 0...i {
            let other = unsafe matrix + j &* n
            var value = unsafe row[j]
            for k in 0..<j { unsafe value -= row[k] * other[k] }
            if i == j {
                guard value > 0, value.isFinite else { return false }
                unsafe row[i] = value.squareRoot()
            } else {
                unsafe row[j] = value / other[j]
            }
        }
    }
    for i in 0..<n {
        let row = unsafe matrix + i &* n
        let target = unsafe right + i &* columns
        for k in 0..<i {
            let factor = unsafe row[k]
            let source = unsafe right + k &* columns
            for c in 0..<columns { unsafe target[c] -= factor * source[c] }
        }
        let inverse = unsafe 1 / row[i]
        for c in 0..<columns { unsafe target[c] *= inverse }
    }
    for i in stride(from: n &- 1, through: 0, by: -1) {
        let target = unsafe right + i &* columns
        for k in (i &+ 1)..<n {
            let factor = unsafe matrix[k &* n &+ i]
            let source = unsafe right + k &* columns
            for c in 0..<columns { unsafe target[c] -= factor * source[c] }
        }
        let inverse = unsafe 1 / matrix[i &* n &+ i]
        for c in 0..<columns { unsafe target[c] *= inverse }
    }
    return true
}
