using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Tessar.Examples;

namespace Tessar.Runs.Retraining;

/// <summary>
/// Where retrainings of recorded runs lie: one folder for each program, set of masks and seed, shared by everything that needs
/// it.
/// </summary>
/// <remarks>
/// <c>retrained/KEY</c> beside the runs. The key is a hash of what the answers depend on, but not of the number of drawn masks: a
/// larger request goes on where a smaller one stopped.
/// </remarks>
internal static class RetrainingCache
{
    private const string Root = "retrained";

    /// <summary>Asks for a run's program to be trained on subsets.</summary>
    /// <param name="run">A run that was trained here.</param>
    /// <param name="train">What the masks choose from: a range of the run's data.</param>
    /// <param name="targets">The examples whose outputs are kept.</param>
    /// <param name="masks">Which of <paramref name="train"/> each training sees.</param>
    /// <param name="seed">Decides every training's seed.</param>
    /// <exception cref="TessarException">The run's weights were imported: there is no program to train.</exception>
    public static RetrainingRequest For(Run run, ExampleSet train, ExampleSet targets, ExampleMasks masks, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentNullException.ThrowIfNull(masks);
        TrainingProgram program = run.Record.Program;
        run.CheckCode();
        if (run.Record.Kind != RunKind.Trained
            || program is not { Epochs: not null, BatchSize: not null, Optimizer: not null, Schedule: not null })
        {
            throw new TessarException(
                $"The run {run.Name} can't be retrained: its weights were imported, so there is no program to train again. "
                + "Train one here.", ErrorKind.Usage)
            { Remedies = [new(RemedyKind.Train, program.Model, program.Data.Name)] };
        }

        return new RetrainingRequest
        {
            Program = program with
            {
                Mask = null,
                CheckpointEverySteps = null,
                Data = program.Data with { Train = train.ToString(), Test = targets.ToString() },
            },
            Masks = masks,
            Seed = seed,
            Directory = string.Empty,
            Labels = run.OpenLabels(train.Store),
        };
    }

    /// <summary>
    /// Makes a request as large as what was trained for it before: the first masks of more are those asked for.
    /// </summary>
    /// <param name="request">A placed request for drawn masks, whose number isn't part of what they are.</param>
    /// <param name="masksOf">As many masks of the same kind.</param>
    public static RetrainingRequest Grown(RetrainingRequest request, Func<int, ExampleMasks> masksOf)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(masksOf);
        string path = Path.Combine(request.Directory, RetrainingJson.FileName);
        int known = File.Exists(path) ? RetrainingJson.Read(path).Masks : 0;
        return known > request.Masks.Count ? request with { Masks = masksOf(known) } : request;
    }

    /// <summary>Gives a request its folder; call it last, when nothing of the request changes any more.</summary>
    /// <param name="request">The request, complete but for its folder.</param>
    /// <param name="run">The run it was made for.</param>
    public static RetrainingRequest Placed(RetrainingRequest request, Run run)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(run);
        string text = RetrainingJson.Text(
            new RetrainingIdentity(
                request.Program, request.Masks.Rule, request.Masks.Examples, request.Seed, request.Repeats, request.Output,
                request.KeepsWeights,
                run.ModelKey is { Length: > 0 } code ? code : null));
        string key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
        return request with { Directory = Path.Combine(Path.GetDirectoryName(run.Directory)!, Root, key) };
    }
}

/// <summary>What a retraining's answers depend on.</summary>
internal sealed record RetrainingIdentity(
    TrainingProgram Program, string Rule, int Examples, ulong Seed, int Repeats, RetrainingOutput Output, bool KeepsWeights,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ModelCode = null);
