/* A loss and its gradient by a struct of floats and arrays of them: as `differentiated` of transforms/grad.py, in one
   go. Whatever is not so plain when the run begins is left to that one; what turns up later is asked of Python. */
#include "native.h"

/* A function that is being differentiated. */
typedef struct {
    PyObject *function, *leaves, *nodes, *tape, *result;
} Run;

static void drop(Run *r)
{
    Py_XDECREF(r->leaves);
    Py_XDECREF(r->nodes);
    Py_XDECREF(r->tape);
    Py_XDECREF(r->result);
}

/* As Tape(function, n), with the paths of the leaves of `whole`. */
static PyObject *new_tape(PyObject *function, PyObject *whole, Py_ssize_t n)
{
    TapeFields *t = (TapeFields *)python.tape->tp_alloc(python.tape, 0);
    if (t == NULL)
        return NULL;
    t->id = PyIter_Next(python.order);
    t->edges = PyList_New(1);
    if (t->edges != NULL) {
        PyList_SET_ITEM(t->edges, 0, Py_NewRef(Py_None));
        t->write = PyObject_GetAttr(t->edges, python.append);
    }
    t->leaves = PyLong_FromSsize_t(n);
    t->next = t->leaves == NULL ? NULL : PyObject_CallOneArg((PyObject *)&CounterType, t->leaves);
    t->function = Py_NewRef(function);
    t->paths = PyObject_CallFunctionObjArgs(python.partial, python.leaf_paths, whole, NULL);
    t->program = Py_NewRef(Py_None);
    t->selects = Py_NewRef(Py_False);
    t->has_complex = Py_NewRef(Py_False);
    t->held = PyDict_New();
    if (PyErr_Occurred())
        Py_CLEAR(t);
    return (PyObject *)t;
}

/* As Tape.close: the edges, a new reference. */
static PyObject *close_tape(TapeFields *t)
{
    PyObject *edges = t->edges,
             *refuse = PyObject_CallFunctionObjArgs(python.partial, python.refuse, t->function, NULL);
    t->edges = PyList_New(0);
    Py_XSETREF(t->write, refuse);
    if (t->edges == NULL || refuse == NULL)
        Py_CLEAR(edges);
    return edges;
}

/* Let Python add to an error what may help; the error stays. */
static void explain(void)
{
    PyObject *type, *error, *traceback;
    if (!PyErr_ExceptionMatches(PyExc_TypeError) && !PyErr_ExceptionMatches(PyExc_ValueError))
        return;
    PyErr_Fetch(&type, &error, &traceback);
    PyErr_NormalizeException(&type, &error, &traceback);
    if (traceback != NULL)
        PyException_SetTraceback(error, traceback);
    PyObject *done = PyObject_CallOneArg(python.explain, error);
    PyErr_Clear();
    Py_XDECREF(done);
    PyErr_Restore(type, error, traceback);
}

/* What the function returns for the traced struct and the other arguments. */
static PyObject *call_inside(PyObject *function, PyObject *inner, PyObject *args, PyObject *kwargs)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    PyObject *few[9] = {NULL, inner}, **given = few, *result;
    if (n > 8 && (given = PyMem_New(PyObject *, n + 1)) == NULL)
        return PyErr_NoMemory();
    given[1] = inner;
    for (Py_ssize_t i = 1; i < n; i++)
        given[1 + i] = PyTuple_GET_ITEM(args, i);
    result = PyObject_VectorcallDict(function, given + 1, n | PY_VECTORCALL_ARGUMENTS_OFFSET,
                                     PyDict_GET_SIZE(kwargs) ? kwargs : NULL);
    if (given != few)
        PyMem_Free(given);
    return result;
}

/* Run the function on traced leaves, and give the edges of the tape, which is closed whatever happens. */
static PyObject *run(Run *r, PyObject *args, PyObject *kwargs)
{
    PyObject *traced = trace_leaves(r->leaves, r->tape), *inner = NULL;
    if (traced != NULL)
        inner = build_struct(r->nodes, traced);
    Py_XDECREF(traced);
    if (inner == NULL)
        return NULL;
    r->result = call_inside(r->function, inner, args, kwargs);
    Py_DECREF(inner);
    if (r->result != NULL && !Py_IS_TYPE(r->result, python.traced))
        Py_SETREF(r->result, PyObject_CallOneArg(python.lifted_struct, r->result));
    if (r->result == NULL)
        explain();
    PyObject *type, *error, *traceback;
    PyErr_Fetch(&type, &error, &traceback);
    PyObject *edges = close_tape((TapeFields *)r->tape);
    if (type != NULL) {
        Py_CLEAR(edges);
        PyErr_Restore(type, error, traceback);
    }
    return edges;
}

/* Sweep back over the edges: -1 for an error. */
static int sweep(Run *r, PyObject *edges, PyObject *bars)
{
    TapeFields *t = (TapeFields *)r->tape;
    PyObject *go = t->selects == Py_True ? python.silently : python.quietly, *done;
    if (t->held != Py_None && PyObject_IsTrue(t->held)) {
        done = PyObject_CallOneArg(python.check_held, t->held);
        Py_XDECREF(done);
        if (done == NULL)
            return -1;
    }
    done = PyObject_CallFunctionObjArgs(go, edges, bars, t->selects, t->has_complex, NULL);
    Py_XDECREF(done);
    for (Py_ssize_t i = 0; done != NULL && i < PyList_GET_SIZE(r->leaves); i++)
        if (Py_IS_TYPE(PyList_GET_ITEM(bars, i), python.scatter)) {
            PyObject *whole = PyObject_CallOneArg(python.dense, PyList_GET_ITEM(bars, i));
            if (whole == NULL || PyList_SetItem(bars, i, whole) < 0)
                return -1;
        }
    return done == NULL ? -1 : 0;
}

static PyObject *finish(Run *r, PyObject *bars)
{
    PyObject *grads = finish_leaves(r->leaves, bars), *gradient = NULL;
    if (grads == NULL && !PyErr_Occurred()) {
        PyObject *n = PyLong_FromSsize_t(PyList_GET_SIZE(r->leaves));
        PyObject *all = n == NULL ? NULL : PyObject_CallOneArg((PyObject *)&PyRange_Type, n);
        if (all != NULL)
            grads = PyObject_CallFunctionObjArgs(python.finished_leaves, r->leaves, all, bars, NULL);
        Py_XDECREF(n);
        Py_XDECREF(all);
    }
    if (grads != NULL)
        gradient = build_struct(r->nodes, grads);
    Py_XDECREF(grads);
    return gradient;
}

/* The gradient, from the cotangent 1 of the loss. slot: of the loss, NULL if that depends on no leaf. */
static PyObject *go_back(Run *r, PyObject *edges, PyObject *slot, PyObject *one)
{
    Py_ssize_t n = next_slot((TapeFields *)r->tape);
    PyObject *bars = PyList_New(n), *gradient = NULL;
    for (Py_ssize_t i = 0; bars != NULL && i < n; i++)
        PyList_SET_ITEM(bars, i, Py_NewRef(Py_None));
    if (bars != NULL && (slot == NULL || PyList_SetItem(bars, PyLong_AsSsize_t(slot), Py_NewRef(one)) == 0) &&
        sweep(r, edges, bars) == 0)
        gradient = finish(r, bars);
    Py_XDECREF(bars);
    return gradient;
}

/* The loss as a Python float. */
static PyObject *number(PyObject *value)
{
    if (PyFloat_CheckExact(value))
        return Py_NewRef(value);
    if (Py_IS_TYPE(value, &PyDoubleArrType_Type))
        return PyFloat_FromDouble(PyFloat_AS_DOUBLE(value));
    return PyObject_CallOneArg(python.number, value);
}

/* The gradient, or (value, gradient), of a run that ended with these edges. */
static PyObject *given(Run *r, PyObject *edges, int with_value)
{
    ValueFields *v = (ValueFields *)r->result;
    int ours = is_traced(r->result) && v->tape == r->tape;
    PyObject *value = Py_NewRef(ours ? v->value : r->result), *slot = ours ? Py_NewRef(v->slot) : NULL;
    PyObject *one =
        is_real(value) ? Py_NewRef(python.one) : PyObject_CallFunctionObjArgs(python.seed, r->function, value, NULL);
    PyObject *gradient = one == NULL ? NULL : go_back(r, edges, slot, one), *both = NULL;
    if (gradient != NULL && with_value) {
        PyObject *loss = number(value);
        both = loss == NULL ? NULL : PyTuple_Pack(2, loss, gradient);
        Py_XDECREF(loss);
        Py_SETREF(gradient, both);
    }
    Py_XDECREF(one);
    Py_XDECREF(slot);
    Py_DECREF(value);
    return gradient;
}

/* differentiated(function, args, kwargs, with_value): the gradient by the first argument, or (value, gradient); None if
   that is left to Python, and then nothing was run. */
PyObject *differentiated(PyObject *module, PyObject *args)
{
    PyObject *given_args, *kwargs, *found = NULL, *walk, *edges;
    Run r = {NULL};
    int with_value;
    if (!PyArg_ParseTuple(args, "OO!O!p", &r.function, &PyTuple_Type, &given_args, &PyDict_Type, &kwargs, &with_value))
        return NULL;
    if (PyTuple_GET_SIZE(given_args) == 0)
        return Py_NewRef(Py_None);
    PyObject *whole = PyTuple_GET_ITEM(given_args, 0);
    if ((walk = flatten(NULL, whole)) == NULL)
        return NULL;
    if (walk == Py_None)
        return walk;
    r.leaves = Py_NewRef(PyTuple_GET_ITEM(walk, 0));
    r.nodes = Py_NewRef(PyTuple_GET_ITEM(walk, 1));
    Py_DECREF(walk);
    if (PyList_GET_SIZE(r.leaves) == 0 || !all_plain(r.leaves))
        found = Py_NewRef(Py_None);
    else if ((r.tape = new_tape(r.function, whole, PyList_GET_SIZE(r.leaves))) != NULL &&
             (edges = run(&r, given_args, kwargs)) != NULL) {
        found = given(&r, edges, with_value);
        Py_DECREF(edges);
    }
    drop(&r);
    return found;
}
