using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Lenses.Data.Comparison;
using Tessar.Methods;
using Tessar.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data.Comparison;

public sealed class PatchTests
{
    private static readonly ImageShape _image = new(8, 8, 1);

    [Fact]
    public void Text_round_trips() => Assert.Equal("4x3@1,2=255", Patch.Parse("4x3@1,2=255", _image).ToString());

    [Theory]
    [InlineData("4x4")]
    [InlineData("0x4@0,0=255")]
    [InlineData("4x4@5,0=255")]
    [InlineData("4x4@0,5=255")]
    [InlineData("4x4@0,0=256")]
    [InlineData("4x4@-1,0=255")]
    [InlineData("")]
    public void Others_are_refused(string text) =>
        Assert.Equal(ErrorKind.Usage, Assert.Throws<TessarException>(() => Patch.Parse(text, _image)).Kind);

    [Fact]
    public void It_changes_its_own_pixels_and_no_others()
    {
        using var small = new SmallRun();
        using DisposeScope scope = NewDisposeScope();
        ModelInput input = small.View.Checkpoints[0].Input;
        Tensor before = Batches.Inputs(small.Test, [0, 1], input), after = Batches.Inputs(small.Test, [0, 1], input);
        new Patch(3, 2, 1, 4, 255).PutOver(after, 1, input);
        for (int y = 0; y < 8; y++)
        {
            for (int x = 0; x < 8; x++)
            {
                Assert.Equal(before[0, 0, y, x].item<float>(), after[0, 0, y, x].item<float>());
                float expected = x is >= 1 and < 4 && y is 4 or 5 && x is >= 1 and < 4
                    ? (1 - 0.5f) / 0.25f
                    : before[1, 0, y, x].item<float>();
                Assert.Equal(expected, after[1, 0, y, x].item<float>(), 1e-6);
            }
        }
    }

    // For logistic regression on 3 classes the margin change follows from the logits of the two pictures.
    [Fact]
    public void Effect_is_the_mean_change_of_the_margin()
    {
        using var small = new SmallRun("logistic");
        CheckpointView checkpoint = small.View.Checkpoints[0];
        var patch = new Patch(8, 2, 0, 4, 255);
        double effect = PatchEffect.Of(checkpoint, small.Test, _ => patch, ofClass: 2, CancellationToken.None);
        using DisposeScope scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> model = checkpoint.LoadModel();
        double sum = 0;
        for (int q = 0; q < small.Test.Count; q++)
        {
            Tensor x = Batches.Inputs(small.Test, [q], checkpoint.Input);
            double before = Margin(model.call(x));
            patch.PutOver(x, 0, checkpoint.Input);
            sum += Margin(model.call(x)) - before;
        }

        Assert.Equal(sum / small.Test.Count, effect, 1e-5);

        static double Margin(Tensor logits)
        {
            float[] l = logits.detach().data<float>().ToArray();
            return l[2] - Math.Log(Math.Exp(l[0]) + Math.Exp(l[1]));
        }
    }

    [Fact]
    public void Interval_of_equal_effects_is_a_point_and_one_model_has_none()
    {
        (double mean, (double Low, double High)? interval) = PatchEffect.Summary([2, 2, 2, 2, 2], 0);
        Assert.Equal((2.0, 2.0, 2.0), (mean, interval!.Value.Low, interval.Value.High));
        Assert.Null(PatchEffect.Summary([2], 0).Interval);
        (double Low, double High) spread = PatchEffect.Summary([0, 1, 2, 3, 4], 0).Interval!.Value;
        Assert.True(spread is { Low: > 0 and < 2, High: > 2 and < 4 });
    }
}
