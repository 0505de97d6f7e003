namespace Tessar;

/// <summary>Something to do about an error, as data: a program, a page or the command line says it in words of its own.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Name">What it is done to: an option, a method, a run, a model; null when there is only one way.</param>
/// <param name="Value">The value to give, or the data set to train on; null when any other may do.</param>
public sealed record Remedy(RemedyKind Kind, string? Name = null, string? Value = null);

/// <summary>What can be done about an error.</summary>
public enum RemedyKind
{
    /// <summary>Give the method's option <see cref="Remedy.Name"/> the value, or another one.</summary>
    SetMethodOption,

    /// <summary>
    /// Give the argument <see cref="Remedy.Name"/> of the request the value, or another one: <c>targets</c>, <c>memory</c>,
    /// <c>name</c>.
    /// </summary>
    ChangeArgument,

    /// <summary>Use the method <see cref="Remedy.Name"/>.</summary>
    UseMethod,

    /// <summary>Look at the methods there are.</summary>
    ListMethods,

    /// <summary>Look at the options of the method <see cref="Remedy.Name"/>.</summary>
    DescribeMethod,

    /// <summary>Look at the runs there are.</summary>
    ListRuns,

    /// <summary>Look at the run <see cref="Remedy.Name"/>.</summary>
    ShowRun,

    /// <summary>Go on with the run <see cref="Remedy.Name"/>.</summary>
    ResumeRun,

    /// <summary>Train the run <see cref="Remedy.Name"/> again and compare.</summary>
    ReplayRun,

    /// <summary>Train the model <see cref="Remedy.Name"/> on the data set <see cref="Remedy.Value"/>.</summary>
    Train,

    /// <summary>Train one program many times.</summary>
    Retrain,

    /// <summary>Look at the scores of a run's training examples.</summary>
    Attribute,

    /// <summary>Make an example store of the files <see cref="Remedy.Name"/>.</summary>
    ImportExamples,

    /// <summary>Look at the data set <see cref="Remedy.Name"/>.</summary>
    ShowExamples,

    /// <summary>Make a first run in about a minute.</summary>
    RunDemo,
}
