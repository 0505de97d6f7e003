using Tessar.Tests.Cli;
using Tessar.Tests.Runs;

[assembly: AssemblyFixture(typeof(SmallRunFixture))]

namespace Tessar.Tests.Cli;

/// <summary>
/// A folder with one small run, `small`: logistic regression on 200 images with 20 planted label errors, made by the program
/// itself.
/// </summary>
public sealed class SmallRunFixture : IDisposable
{
    private readonly TemporaryFolder _data = new();
    private readonly Lazy<string> _tiny;

    private readonly Lazy<Tool> _tool = new(() =>
    {
        var made = new Tool();
        made.Json("train", "--model", "logistic", "--data", "fashion-mnist-mini", "--train", "train:0-199", "--test", "test:0-49",
            "--epochs", "2", "--label-errors", "0.05", "--name", "small", "--threads", "1");
        return made;
    });

    public SmallRunFixture() => _tiny = new(() =>
    {
        Tool.Json(
            "train", "--model", "logistic", "--data", SmallData.Write(_data, side: 12), "--epochs", "2", "--name", "tiny",
            "--threads", "1");
        return "tiny";
    });

    /// <summary>The program in the folder of that run.</summary>
    internal Tool Tool => _tool.Value;

    /// <summary>
    /// Another run there, of 435 parameters: for what solves systems of that size, which takes a minute with the 7,850 of
    /// `small`.
    /// </summary>
    internal string Tiny => _tiny.Value;

    public void Dispose()
    {
        if (_tool.IsValueCreated)
            _tool.Value.Dispose();
        _data.Dispose();
    }
}
