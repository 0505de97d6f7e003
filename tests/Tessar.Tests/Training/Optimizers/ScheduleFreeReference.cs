using Tessar.Runs;
using static TorchSharp.torch;

namespace Tessar.Tests.Training.Optimizers;

/// <summary>Schedule-Free as it is written down: three sequences, tensor by tensor, nothing in place.</summary>
internal sealed class ScheduleFreeReference
{
    private readonly NamedSettings numbers;
    private readonly double beta;
    private Tensor v;
    private Tensor m;
    private double sum;
    private double highest;

    public ScheduleFreeReference(Tensor start, NamedSettings numbers)
    {
        this.numbers = numbers;
        X = Y = Z = start.clone();
        v = zeros_like(start);
        m = zeros_like(start);
        beta = numbers.Values.TryGetValue("momentum", out double momentum) ? momentum : numbers["beta1"];
    }

    public Tensor X { get; private set; }

    public Tensor Y { get; private set; }

    public Tensor Z { get; private set; }

    /// <summary>The closure form: it keeps x and z, and asks for the gradient at the y in between.</summary>
    public void StepBy(Func<Tensor, Tensor> gradient, double learningRate, long update) =>
        Step(gradient(((1 - beta) * Z + beta * X).DetachFromDisposeScope()), learningRate, update);

    public void Step(Tensor g, double learningRate, long update)
    {
        double rate = learningRate * Math.Min(1, Number("warmupSteps", 0) is > 0 and var warmup ? update / warmup : 1);
        Tensor u = g;
        if (numbers.Values.ContainsKey("beta2"))
        {
            double b2 = numbers["beta2"], correction = 1 - Math.Pow(b2, update);
            v = (b2 * v + (1 - b2) * g * g).DetachFromDisposeScope();
            bool divides = true;
            if (numbers.Name == "sf-radam")
            {
                double most = 2 / (1 - b2) - 1, known = most - 2 * update * Math.Pow(b2, update) / correction;
                divides = known > 4;
                rate *= divides
                    ? Math.Sqrt((known - 4) * (known - 2) * most / ((most - 4) * (most - 2) * known))
                    : numbers["silent"] >= 1 ? 0 : 1;
            }

            Tensor root = numbers.Name == "sf-adamw-paper" ? v.sqrt() : (v / correction).sqrt();
            if (numbers.Name == "sf-adamw-paper")
                rate *= Math.Sqrt(correction);
            if (Number("innerMomentum", 0) is > 0 and var inner)
            {
                m = (inner * m + (1 - inner) * g).DetachFromDisposeScope();
                u = m / (1 - Math.Pow(inner, update));
            }

            if (divides)
                u = u / (root + numbers["epsilon"]);
        }

        u = u + numbers["weightDecay"] * Y;
        highest = Math.Max(highest, rate);
        double weight = numbers.Values.ContainsKey("window")
            ? rate * rate
            : Math.Pow(update, Number("averagePower", 0)) * Math.Pow(highest, Number("ratePower", 2));
        sum += weight;
        double c = sum > 0 ? weight / sum : 0;
        if (numbers.Values.TryGetValue("window", out double window))
            c = Math.Min(1, (1 - beta) * window * c);
        Z = (Z - rate * u).DetachFromDisposeScope();
        X = ((1 - c) * X + c * Z).DetachFromDisposeScope();
        Y = ((1 - beta) * Z + beta * X).DetachFromDisposeScope();
    }

    private double Number(string name, double fallback) => numbers.Values.GetValueOrDefault(name, fallback);
}
