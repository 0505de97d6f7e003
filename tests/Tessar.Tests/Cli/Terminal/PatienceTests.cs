using Tessar.Cli.Terminal;

namespace Tessar.Tests.Cli.Terminal;

public sealed class PatienceTests
{
    [Fact]
    public void After_a_minute_without_news_it_is_said_once_what_is_waited_for()
    {
        var clock = new Clock();
        List<string> said = [];
        using var patience = new Patience(clock, said.Add);
        using (Waiting.For("the answer of the model {0} to a batch of {1}", "my.Net", 64))
        {
            clock.Advance(59);
            patience.Look();
            Assert.Empty(said);
            clock.Advance(1);
            patience.Look();
            clock.Advance(100);
            patience.Look();
            Assert.Equal(
                "Nothing new for 60 s: waiting for the answer of the model my.Net to a batch of 64. Ctrl-C twice ends it "
                    + "at once.", Assert.Single(said));
        }

        patience.Heard();
        clock.Advance(59);
        patience.Look();
        Assert.Single(said);
        clock.Advance(1);
        patience.Look();
        Assert.Equal("Nothing new for 60 s: waiting for the next step. Ctrl-C twice ends it at once.", said[1]);
    }

    [Fact]
    public void Display_says_it_on_standard_error_unless_it_is_quiet()
    {
        foreach (bool quiet in new[] { false, true })
        {
            var clock = new Clock();
            using var errors = new StringWriter();
            new ProgressDisplay(errors, quiet, clock).Run(_ =>
            {
                clock.Advance(61);
                clock.Tick();
                return 0;
            });
            Assert.Equal(!quiet, errors.ToString().Contains("Nothing new for 60 s", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_innermost_thing_is_told_and_forgotten_in_whatever_order_they_end()
    {
        Assert.Null(Waiting.Current);
        Waiting.Note outer = Waiting.For("outer"), inner = Waiting.For("inner");
        Assert.Equal("inner", Waiting.Current!.Value.What);
        outer.Dispose();
        Assert.Equal("inner", Waiting.Current!.Value.What);
        inner.Dispose();
        Assert.Null(Waiting.Current);
    }

    /// <summary>A clock that is set by hand, with timers that are rung by hand.</summary>
    private sealed class Clock : TimeProvider
    {
        private readonly List<Action> _timers = [];
        private long _now;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _now;

        public void Advance(long seconds) => _now += seconds;

        public void Tick() => _timers.ForEach(ring => ring());

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _timers.Add(() => callback(state));
            return base.CreateTimer(_ => { }, state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
