using Tessar.Lenses.Data.Trajectory;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Runs.Replaying;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data.Trajectory;

public sealed class RemovalCheckTests : IDisposable
{
    private const int Examples = 300;

    private readonly SmallRun _small = new();

    public void Dispose() => _small.Dispose();

    // The whole training answers (10, 20); every example adds its derivative. Three of 300 are left out, so a linear world
    // changes by their sum.
    [Theory]
    [InlineData(1, 0)]
    [InlineData(1.25, 0.2)]
    [InlineData(2.5, 0.6)]
    [InlineData(0.4, 0.6)]
    [InlineData(0.01, 0.99)]
    [InlineData(0, 1)]
    [InlineData(-1, 2)]
    public void Error_is_that_of_the_prediction_relative_to_the_larger(double real, double expected)
    {
        var check = new RemovalCheck(2);
        check.Compare(_small.Run, Derivative, new World(real), Answer, new MethodContext { Seed = 5 });
        Assert.Equal("removal-error", check.Result!.Name);
        Assert.Equal(expected, check.Result.Value, 1e-5);
        Assert.Equal(expected < RemovalCheck.Limit, check.Result.Holds);
        Assert.Equal(check.Result.Holds, check.Remark is null);
        if (check.Remark is { } remark)
            Assert.Contains("too rough", remark, StringComparison.Ordinal);
    }

    [Fact]
    public void Worst_of_several_trainings_counts_and_nothing_is_done_for_no_replays()
    {
        var check = new RemovalCheck(1);
        List<MethodProgress> heard = [];
        foreach (double real in new[] { 1.0, 0.1, 0.8 })
            check.Compare(
                _small.Run, Derivative, new World(real), Answer,
                new MethodContext { Progress = new Listener<MethodProgress>(heard.Add) });
        Assert.Equal(0.9, check.Result!.Value, 1e-5);
        Assert.All(heard, progress => Assert.Equal(("check", 4L, 4L), (progress.Stage, progress.Done, progress.Total)));
        var none = new RemovalCheck(0);
        none.Compare(_small.Run, Derivative, new World(1), Answer, new MethodContext());
        Assert.Null(none.Result);
        Assert.Null(none.Remark);
    }

    private static TrajectoryDerivative Derivative => new(
        [.. Enumerable.Range(0, Examples).SelectMany(i => new[] { 1 + (double)i, -2 * i })],
        [.. Enumerable.Range(0, Examples).Select(i => (long)i)], 2, 4, 2);

    private static Tensor Answer(nn.Module<Tensor, Tensor> model) => tensor(new[] { 10f, 20f });

    private sealed class World(double real) : IReplayer
    {
        public TrajectoryDerivative Differentiate(
            Run run, Func<nn.Module<Tensor, Tensor>, Tensor> outputs, long memoryBudget,
            IProgress<ReplayProgress>? progress = null, CancellationToken cancellation = default) =>
            throw new NotSupportedException();

        public float[] Reweigh(
            Run run, IReadOnlyList<float> weights, Func<nn.Module<Tensor, Tensor>, Tensor> outputs,
            IProgress<ReplayProgress>? progress = null, CancellationToken cancellation = default)
        {
            int[] without = [.. Enumerable.Range(0, weights.Count).Where(i => weights[i] == 0)];
            Assert.Equal(Examples / 100, without.Length);
            progress?.Report(new ReplayProgress("replay", 4, 4));
            return [(float)(10 - real * without.Sum(i => 1 + i)), (float)(20 + real * without.Sum(i => 2 * i))];
        }
    }
}
