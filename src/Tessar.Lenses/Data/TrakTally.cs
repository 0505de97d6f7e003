using System.Diagnostics;
using Tessar.Methods;
using Tessar.Results;

namespace Tessar.Lenses.Data;

/// <summary>What one call of <see cref="Trak"/> learns on its way, for the report.</summary>
internal sealed class TrakTally
{
    private readonly List<string> remarks = [];
    private double? residual;

    /// <summary>Time for gradients and features.</summary>
    public Stopwatch Features { get; } = new();

    /// <summary>Time for solving and scoring.</summary>
    public Stopwatch Scoring { get; } = new();

    /// <summary>Absolute λ of each checkpoint, for each relative one.</summary>
    public List<double>[] Dampings { get; set; } = [];

    /// <summary>Names of the parameters left out.</summary>
    public IReadOnlyList<string> Skipped { get; private set; } = [];

    /// <summary>How gradients are shortened, once that is decided.</summary>
    public TrakProjection Projection { get; set; }

    /// <summary>Number of parameters.</summary>
    public long Parameters { get; private set; }

    /// <summary>Train examples whose features were computed.</summary>
    public long Computed { get; set; }

    /// <summary>Largest difference to the loop.</summary>
    public double GradientCheck { get; private set; }

    /// <summary>What to know before trusting the scores.</summary>
    public IReadOnlyList<string> Remarks => remarks;

    /// <summary>How well the kernel's system was solved, where one was.</summary>
    public IReadOnlyList<SelfCheck> Checks => residual is { } value
        ? [new SelfCheck("kernel-residual", value, 1e-6, "The largest ‖(K + λI)u − c‖/‖c‖ over targets, in fp64: how exactly the kernel's system was solved.")]
        : [];

    /// <summary>Notes a model.</summary>
    public void Note(long parameters, IReadOnlyList<string> skipped, double gradientCheck)
    {
        (Parameters, Skipped) = (parameters, skipped);
        GradientCheck = Math.Max(GradientCheck, gradientCheck);
    }

    /// <summary>Notes a relative residual.</summary>
    public void NoteResidual(double value) => residual = Math.Max(residual ?? 0, value);

    /// <summary>Notes a sentence, and warns whoever listens.</summary>
    public void Remark(string sentence, MethodContext context)
    {
        remarks.Add(sentence);
        context.Warn?.Invoke(sentence);
    }
}
