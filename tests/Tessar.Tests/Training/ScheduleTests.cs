using Tessar.Runs;
using Tessar.Training.Schedules;

namespace Tessar.Tests.Training;

public sealed class ScheduleTests
{
    [Theory]
    [InlineData("constant", 0, 0, 1)]
    [InlineData("constant", 0, 99, 1)]
    [InlineData("constant", 4, 0, 0.25)]
    [InlineData("constant", 4, 3, 1)]
    [InlineData("constant", 4, 4, 1)]
    [InlineData("cosine", 0, 0, 1)]
    [InlineData("cosine", 0, 50, 0.5)]
    [InlineData("cosine", 0, 25, 0.85355339059327373)]
    [InlineData("cosine", 20, 0, 0.05)]
    [InlineData("cosine", 20, 19, 1)]
    [InlineData("cosine", 20, 20, 1)]
    [InlineData("cosine", 20, 60, 0.5)]
    [InlineData("linear", 0, 25, 0.75)]
    [InlineData("linear", 20, 60, 0.5)]
    [InlineData("step", 0, 33, 1)]
    [InlineData("step", 0, 34, 0.1)]
    [InlineData("step", 0, 67, 0.01)]
    [InlineData("wsd", 0, 80, 1)]
    [InlineData("wsd", 0, 85, 0.5)]
    [InlineData("wsd", 20, 88, 0.5)]
    public void Factor_has_its_closed_form(string name, int warmup, long step, double expected) =>
        Assert.Equal(expected, Make(name, warmup).Factor(step, 100), 1e-15);

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_schedule_stays_between_zero_and_one_and_rises_only_while_warming_up(string name)
    {
        Schedule schedule = Make(name, 7);
        for (long step = 0; step < 1000; step++)
        {
            double factor = schedule.Factor(step, 1000);
            Assert.InRange(factor, double.Epsilon, 1);
            if (step >= 7)
                Assert.True(schedule.Factor(step, 1000) <= schedule.Factor(step - 1, 1000));
        }
    }

    [Fact]
    public void Cosine_nearly_vanishes_at_the_last_update() => Assert.InRange(Make("cosine", 0).Factor(999, 1000), 0, 1e-5);

    [Theory]
    [InlineData("linear", "final", 0.25, 50, 0.625)]
    [InlineData("step", "factor", 0.5, 50, 0.5)]
    [InlineData("step", "drops", 1, 50, 0.1)]
    [InlineData("wsd", "decayShare", 1, 25, 0.5)]
    public void Numbers_change_the_factor_as_they_say(string name, string key, double value, long step, double expected)
    {
        List<string> violations = [];
        NamedSettings settings = Schedule.Choices.Resolve(name, [new(key, value)], violations);
        Assert.Empty(violations);
        Assert.Equal(expected, Schedule.Choices.Create(settings).Factor(step, 100), 1e-12);
    }

    public static TheoryData<string> Names() => [.. Schedule.Choices.Names];

    private static Schedule Make(string name, int warmup)
    {
        List<string> violations = [];
        NamedSettings settings = Schedule.Choices.Resolve(name, [new(Schedule.WarmupSteps, warmup)], violations);
        Assert.Empty(violations);
        return Schedule.Choices.Create(settings);
    }
}
