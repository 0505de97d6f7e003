using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Methods;
using Tessar.Models;
using Tessar.Results;
using Tessar.Runs;
using Tessar.Runs.Replaying;
using Tessar.Runs.Retraining;
using Tessar.Tasks;
using Tessar.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Evaluation;

/// <summary>
/// What the run itself would have answered with examples left out of its batches: same seed, same order, same draws.
/// </summary>
/// <remarks>
/// One replay per subset, kept beside the run after each: a larger or repeated question goes on where this one stopped.
/// </remarks>
internal static class TrajectoryOutputs
{
    private const string Tensor = "outputs";

    /// <summary>Replays what isn't there yet.</summary>
    /// <exception cref="TessarException">The run can't be replayed, or the examples aren't those it was trained on.</exception>
    public static (SubsetOutputs Truth, double Seconds) Of(
        Inquiry inquiry, ExampleSet train, ExampleSet targets, ExampleMasks masks)
    {
        long start = Stopwatch.GetTimestamp();
        Run run = inquiry.Run;
        if (inquiry.View.Checkpoints.Count > 1 || run.Record.Program.Mask is not null
            || train.ToString() != run.TrainSet(inquiry.Store).ToString())
        {
            throw new TessarException(
                "same-trajectory leaves examples out of one run's own training. Name one run that was trained without a mask, "
                    + "and no other training examples or ensemble.", ErrorKind.Usage);
        }

        string identity = string.Create(
            CultureInfo.InvariantCulture,
            $"{run.IdentityOf(run.Checkpoints[^1])}|{masks.Rule}|{masks.Examples}|{JudgingTrainings.Seed(inquiry)}|{targets}|"
                + $"{masks.Count}");
        string key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))[..16];
        string path = Path.Combine(ResultFolder.StoreOf(run, "evaluations/trajectory"), $"{key}.safetensors");
        List<float> outputs = Kept(path);
        IReplayer replayer = inquiry.Context.Replayer ?? throw new TessarException(
            "same-trajectory replays the run, and nobody here can. Pass a MethodContext with a Replayer, such as `new "
                + "RunReplayer()` of Tessar.Training.", ErrorKind.Usage);
        for (int subset = outputs.Count / targets.Count; subset < masks.Count; subset++)
        {
            float[] weights = new float[train.Count];
            foreach (int i in masks.Indices(subset))
                weights[i] = 1;
            outputs.AddRange(replayer.Reweigh(
                run, weights, model => Margins(model, run, targets), cancellation: inquiry.Context.Cancellation));
            Keep(path, outputs, targets.Count);
            inquiry.Context.Progress?.Report(new MethodProgress("replaying", subset + 1, masks.Count, "subsets"));
        }

        return (new SubsetOutputs(masks, seeds: 1, [.. outputs]), Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static torch.Tensor Margins(nn.Module<torch.Tensor, torch.Tensor> model, Run run, ExampleSet targets)
    {
        using DisposeScope scope = NewDisposeScope();
        int[] all = [.. Enumerable.Range(0, targets.Count)];
        OutputFunction output = run.Task.Output(TargetOutput.Margin);
        float[] logits = model.Ask(Batches.Inputs(targets, all, run.Record.Program.Input)).contiguous().data<float>().ToArray();
        int size = logits.Length / targets.Count;
        return tensor(all.Select(i => (float)output.Value(logits.AsSpan(i * size, size), run.Task.Target(targets, i))).ToArray())
            .MoveToOuterDisposeScope();
    }

    private static List<float> Kept(string path)
    {
        if (!File.Exists(path))
            return [];
        using SafetensorsFile file = SafetensorsFile.Open(path);
        return [.. file.ReadSingles(Tensor)];
    }

    private static void Keep(string path, List<float> outputs, int targets)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var writer = new SafetensorsWriter { IsSealed = true };
        writer.Add(Tensor, outputs.ToArray(), outputs.Count / targets, targets);
        writer.Save(path);
    }
}
