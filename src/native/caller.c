/* The type of callers, and how Python makes one from a rule. */
#include "call.h"

static Py_ssize_t ways_of(Caller *c)
{
    return c->ways == NULL ? 0 : PyTuple_GET_SIZE(c->params);
}

static int caller_traverse(PyObject *self, visitproc visit, void *arg)
{
    Caller *c = (Caller *)self;
    for (Py_ssize_t i = 0; i < ways_of(c); i++)
        Py_VISIT(c->ways[i].pull);
    return visit_each(&c->rule, 5, visit, arg);
}

static void caller_dealloc(PyObject *self)
{
    Caller *c = (Caller *)self;
    PyObject_GC_UnTrack(self);
    for (Py_ssize_t i = 0; i < ways_of(c); i++)
        Py_CLEAR(c->ways[i].pull);
    PyMem_Free(c->ways);
    clear_each(&c->rule, 5);
    PyObject_GC_Del(self);
}

PyTypeObject CallerType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "structgrad._native.Caller",
    .tp_basicsize = sizeof(Caller),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = caller_traverse,
    .tp_dealloc = caller_dealloc,
};

/* Fill in a way from (pullback, positions), or from None; -1 for an error. */
static int fill_way(Way *way, PyObject *side)
{
    PyObject *pull, *at;
    if (side == Py_None)
        return 0;
    if (!PyArg_ParseTuple(side, "OO!", &pull, &PyTuple_Type, &at))
        return -1;
    if (PyTuple_GET_SIZE(at) > KEPT) {
        PyErr_SetString(PyExc_ValueError, "a pullback keeps at most eight values");
        return -1;
    }
    way->pull = Py_NewRef(pull);
    way->count = (int)PyTuple_GET_SIZE(at);
    for (int i = 0; i < way->count; i++)
        way->at[i] = (int)PyLong_AsLong(PyTuple_GET_ITEM(at, i));
    return PyErr_Occurred() ? -1 : 0;
}

/* caller(rule, function, compute, params, defaults, ((pullback, positions) or None, ...), selects, elementwise).
   params: sixteen at most; defaults: of all but the first. */
PyObject *caller(PyObject *module, PyObject *args)
{
    PyObject *rule, *function, *compute, *params, *defaults, *sides;
    int selects, elementwise;
    if (!PyArg_ParseTuple(args, "OOOO!O!O!pp", &rule, &function, &compute, &PyTuple_Type, &params, &PyTuple_Type,
                          &defaults, &PyTuple_Type, &sides, &selects, &elementwise))
        return NULL;
    Py_ssize_t n = PyTuple_GET_SIZE(params);
    if (n > PARAMS || n != PyTuple_GET_SIZE(sides) || n != 1 + PyTuple_GET_SIZE(defaults)) {
        PyErr_SetString(PyExc_ValueError, "a caller has a side for each parameter, and sixteen at most");
        return NULL;
    }
    Caller *c = PyObject_GC_New(Caller, &CallerType);
    if (c == NULL)
        return NULL;
    c->rule = Py_NewRef(rule);
    c->function = Py_NewRef(function);
    c->compute = Py_NewRef(compute);
    c->params = Py_NewRef(params);
    c->defaults = Py_NewRef(defaults);
    c->selects = selects;
    c->elementwise = elementwise;
    c->ways = PyMem_Calloc(n, sizeof *c->ways);
    int failed = c->ways == NULL;
    for (Py_ssize_t i = 0; !failed && i < n; i++)
        failed = fill_way(&c->ways[i], PyTuple_GET_ITEM(sides, i)) < 0;
    PyObject_GC_Track(c);
    if (failed)
        Py_CLEAR(c);
    return (PyObject *)c;
}
