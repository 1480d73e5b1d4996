// What a pipeline answers when it is asked: the forecast in force, who made it, and what is being waited for.

import RNNForecast
import SeriesStore

extension SeriesPipeline {
    /// Whether the series is a constant now: its forecast is the value itself.
    var isConstant: Bool { constant.isConstant(stepSeconds: plan.stepSeconds) }

    /// The forecast in force. It is the newest that was issued, with its own origin; for a constant it is made here,
    /// and nobody keeps it. Nil before two bins.
    ///
    /// - Parameter now: the wall clock, for a forecast that is made on request.
    func forecastNow(now: Timestamp) -> FanRow? {
        guard isConstant else { return issued.newest?.served.whole }
        let value = constant.value
        let column = Array(repeating: value, count: plan.horizon)
        let fan = Fan.quantised(
            median: column, lower80: column, upper80: column, lower95: column, upper95: column,
            resolution: Resolution(width: 0))
        return FanRow(
            grid: grid, origin: clock.originSeconds(of: nextBin - 1), issuedAt: now,
            stepSeconds: plan.stepSeconds, model: ModelKind.constant.name, backfilled: false, fan: fan)
    }

    /// Who serves and what comes next.
    var modelStatus: ModelStatus {
        let kind: ModelKind? =
            if isConstant { .constant } else if let serving { serving.forecaster.kind } else if present >= 2 {
                .lastValue
            } else { nil }
        var next: String?
        var readyAt: Timestamp?
        if settings.trains, !isConstant {
            let bin = schedule.nextBin(after: nextBin - 1, present: present)
            let then = present + Int(clamping: max(0, bin - nextBin + 1))
            next = (then >= Rung.network ? ModelKind.network(plan.cell) : .ridge).name
            readyAt = clock.end(of: bin)
        }
        return ModelStatus(
            kind: kind, model: isConstant ? kind?.name : serving?.name ?? kind?.name,
            skill: isConstant ? nil : serving?.skill, nextModel: next, readyAt: readyAt,
            bins: present, neededBins: Rung.network)
    }

    /// The sums of the running day, for a daemon that stops.
    var skillOfToday: [SkillRow] { tally.rows(grid: grid) }
}
