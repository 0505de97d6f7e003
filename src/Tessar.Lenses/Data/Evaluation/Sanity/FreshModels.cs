using System.Globalization;
using System.Security.Cryptography;
using Tessar.Examples;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tensors;

namespace Tessar.Lenses.Data.Evaluation.Sanity;

/// <summary>
/// As many models as a view has checkpoints, of the same architecture and never trained; their files go on disposal.
/// </summary>
internal sealed class FreshModels : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tessar-fresh-").FullName;

    /// <summary>Draws the weights.</summary>
    /// <param name="view">What is imitated.</param>
    /// <param name="seed">Decides the weights.</param>
    /// <exception cref="TessarException">The model can't be built.</exception>
    public FreshModels(RunView view, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(view);
        try
        {
            View =
                new RunView(
                    [.. view.Checkpoints.Select((checkpoint, c) =>
                        new CheckpointView(checkpoint.Run, Draw(checkpoint.Run, seed, c)))]);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public RunView View { get; }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Checkpoint Draw(Run run, ulong seed, int number)
    {
        string path = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"fresh-{number}.safetensors"));
        ulong own = new RandomStream(seed, "fresh model", number).NextUInt64();
        using (var module = run.BuildModel(own))
            StateDict.Save(module, path);
        return new Checkpoint(path, 0, 0, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))) { Seed = own };
    }
}
